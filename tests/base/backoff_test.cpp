#include "base/backoff.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToItsMaximumAndStartsOver) {
  Backoff backoff{milliseconds{100}, milliseconds{500}};
  EXPECT_EQ(backoff.next(0), milliseconds{100});
  EXPECT_EQ(backoff.next(0), milliseconds{200});
  EXPECT_EQ(backoff.next(0), milliseconds{400});
  EXPECT_EQ(backoff.next(0), milliseconds{500});
  EXPECT_EQ(backoff.next(0), milliseconds{500});
  backoff.reset();
  EXPECT_EQ(backoff.next(0), milliseconds{100});
}

TEST(Backoff, IsShortenedByUpToAHalf) {
  Backoff backoff{milliseconds{1000}, milliseconds{1000}};
  EXPECT_EQ(backoff.next(0.5), milliseconds{750});
  EXPECT_EQ(backoff.next(0.999999), milliseconds{500});
}

}  // namespace
}  // namespace cspy
