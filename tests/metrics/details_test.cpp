#include "metrics/details.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"

namespace cspy::metrics {
namespace {

using namespace std::string_literals;

TEST(Details, ComeInTheirOrderAndNoneTwice) {
  Sample sample;
  add_detail(sample, Tail::sockets, {}, 7);
  add_detail(sample, Tail::tcp_usage, {"listen"}, 2);
  add_detail(sample, Tail::tcp_usage, {"close"}, 1);
  add_detail(sample, Tail::tcp_usage, {"listen"}, 3);
  sort_details(sample);
  ASSERT_EQ(sample.details.size(), 3U);
  EXPECT_EQ(sample.details[0].labels, "close\0"s);
  EXPECT_EQ(sample.details[1].labels, "listen\0"s);
  EXPECT_EQ(sample.details[1].value, 2U);
  EXPECT_EQ(sample.details[2].what, Tail::sockets);
  EXPECT_EQ(sample.details[2].labels, "");
}

TEST(Details, KeepEmptyLabelsAndEndOneBeforeAZeroByte) {
  Sample sample;
  add_detail(sample, Tail::version_info, {"", "a\0b"s, "c"}, 1);
  EXPECT_EQ(sample.details.at(0).labels, "\0a\0c\0"s);
}

TEST(Details, AreBounded) {
  Sample sample;
  for (std::size_t i = 0; i <= limits::details_max; ++i)
    add_detail(sample, Tail::sockets, {}, i);
  EXPECT_EQ(sample.details.size(), limits::details_max);
}

}  // namespace
}  // namespace cspy::metrics
