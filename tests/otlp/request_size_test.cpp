#include "otlp/request_size.hpp"

#include <gtest/gtest.h>

namespace cspy::otlp {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t usual = 160, largest = 960;

/// A receiver that accepts at most `limit` bytes. Sends `requests` requests; returns how many were refused.
int refusals(RequestSize& size, std::size_t limit, int requests) {
  int refused = 0;
  for (int i = 0; i < requests; ++i) {
    const auto bytes = size.bytes();
    if (bytes <= limit) {
      size.accepted();
    } else {
      ++refused;
      size.refused(bytes);
    }
  }
  return refused;
}

RequestSize::Pace pace(std::chrono::milliseconds sending) {
  return {.sending = sending, .slowest = 100ms, .requests = 9, .interval = 10s, .timeout = 10s};
}

TEST(RequestSize, IsTheUsualOneAtFirst) {
  EXPECT_EQ((RequestSize{usual, largest}.bytes()), usual);
}

TEST(RequestSize, IsHalvedUntilTheReceiverAccepts) {
  RequestSize size{usual, largest};
  EXPECT_EQ(refusals(size, 50, 4), 2);
  EXPECT_EQ(size.bytes(), 40U);
}

TEST(RequestSize, IsTheUsualOneAgainWhenTheReceiverHasRefusedOnlyOnce) {
  RequestSize size{usual, largest};
  size.refused(usual);
  EXPECT_EQ(size.bytes(), 80U);
  EXPECT_EQ(refusals(size, usual, 100), 0);
  EXPECT_EQ(size.bytes(), usual);
}

TEST(RequestSize, TriesALargerOneLessAndLessOften) {
  RequestSize size{usual, largest};
  const int first = refusals(size, 100, 1'000);
  EXPECT_GT(first, 3);
  EXPECT_LT(first, 10);
  const int later = refusals(size, 100, 100'000);
  EXPECT_GT(later, 20) << "it never gives up";
  EXPECT_LT(later, 40);
}

TEST(RequestSize, ForgetsTheSmallRequestsThatOneLargeContainerNeeded) {
  RequestSize size{usual, largest};
  while (size.bytes() > 1)
    size.refused(size.bytes());
  size.refused_alone(2'000);
  EXPECT_EQ(size.bytes(), usual);
}

TEST(RequestSize, KeepsBelowAContainerThatWasTooLarge) {
  RequestSize size{usual, largest};
  while (size.bytes() > 1)
    size.refused(size.bytes());
  size.refused_alone(20);
  EXPECT_EQ(size.bytes(), 10U);
  size.refused_alone(2'000);
  EXPECT_EQ(size.bytes(), 10U) << "this one came alone at once, and says nothing about the others";
}

TEST(RequestSize, GrowsWhileARoundTakesTooLong) {
  RequestSize size{usual, largest};
  size.sent(pace(3s));
  EXPECT_EQ(size.bytes(), 2 * usual);
  for (int i = 0; i < 9; ++i)
    size.sent(pace(3s));
  EXPECT_EQ(size.bytes(), largest);
  size.sent(pace(1s));
  EXPECT_EQ(size.bytes(), largest) << "which is why it is that fast";
  for (int i = 0; i < 9; ++i)
    size.sent(pace(100ms));
  EXPECT_EQ(size.bytes(), usual);
}

TEST(RequestSize, DoesNotGrowWhereThatWouldNotHelp) {
  RequestSize size{usual, largest};
  auto one = pace(3s);
  one.requests = 1;
  size.sent(one);
  EXPECT_EQ(size.bytes(), usual);
  auto slow_line = pace(9s);
  slow_line.slowest = 3s;
  size.sent(slow_line);
  EXPECT_EQ(size.bytes(), usual);
  slow_line.timeout = 0s;
  size.sent(slow_line);
  EXPECT_EQ(size.bytes(), 2 * usual) << "without a timeout it does";
}

TEST(RequestSize, IsTheUsualOneAfterAFailure) {
  RequestSize size{usual, largest};
  size.sent(pace(3s));
  size.failed();
  EXPECT_EQ(size.bytes(), usual);
}

TEST(RequestSize, ObeysTheReceiverWhileItGrows) {
  RequestSize size{usual, largest};
  size.sent(pace(3s));
  EXPECT_EQ(refusals(size, 200, 1), 1);
  EXPECT_EQ(size.bytes(), usual);
  for (int i = 0; i < 9; ++i)
    size.sent(pace(3s));
  EXPECT_EQ(size.bytes(), usual);
}

}  // namespace
}  // namespace cspy::otlp
