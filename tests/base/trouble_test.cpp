#include "base/trouble.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

using Change = Trouble::Change;

TEST(Trouble, IsToldWhenItBeginsAndWhenItIsOver) {
  Trouble trouble{2};
  EXPECT_EQ(trouble.update(false), Change::none);
  EXPECT_EQ(trouble.update(true), Change::began);
  EXPECT_EQ(trouble.update(true), Change::none);
  EXPECT_EQ(trouble.update(false), Change::none);
  EXPECT_EQ(trouble.update(false), Change::ended);
  EXPECT_EQ(trouble.update(false), Change::none);
  EXPECT_EQ(trouble.update(true), Change::began);
}

TEST(Trouble, ThatComesAndGoesIsToldOnce) {
  Trouble trouble{3};
  EXPECT_EQ(trouble.update(true), Change::began);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(trouble.update(i % 3 == 0), Change::none);
}

}  // namespace
}  // namespace cspy
