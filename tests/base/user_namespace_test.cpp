#include "base/user_namespace.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

TEST(OuterUser, IsTheSameWithoutANamespace) {
  EXPECT_EQ(outer_user("         0          0 4294967295\n", 1000), 1000U);
}

TEST(OuterUser, OfRootInARootlessEnginesContainerIsTheEnginesUser) {
  constexpr std::string_view rootless{"         0       1000          1\n         1     100000      65536\n"};
  EXPECT_EQ(outer_user(rootless, 0), 1000U);
  EXPECT_EQ(outer_user(rootless, 1), 100'000U);
  EXPECT_EQ(outer_user(rootless, 65'536), 165'535U);
  EXPECT_EQ(outer_user(rootless, 65'537), std::nullopt) << "nobody has this number here";
}

TEST(OuterUser, OfAMapThatIsNoneIsNotKnown) {
  for (const std::string_view map : {"", "\n", "0 1000\n", "a b c\n", "0 -1 1\n", "0 99999999999 1\n"})
    EXPECT_EQ(outer_user(map, 0), std::nullopt) << map;
}

}  // namespace
}  // namespace cspy
