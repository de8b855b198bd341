#include "metrics/overlay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/readings.hpp"

namespace cspy::metrics {
namespace {

TEST(Overlay, TakesWhatTheUpperHasAndLeavesTheRest) {
  Sample lower = test::full_sample();
  Sample upper;
  upper.memory_usage = 7;
  upper.networks.emplace_back().interface = "eth1";
  overlay(lower, std::move(upper));
  EXPECT_EQ(lower.memory_usage, 7U);
  EXPECT_EQ(lower.memory_rss, 1'003U);
  EXPECT_EQ(lower.devices.size(), 1U);
  ASSERT_EQ(lower.networks.size(), 1U);
  EXPECT_EQ(lower.networks[0].interface, "eth1");
}

TEST(Overlay, CpusGoWithTheCpuTime) {
  Sample lower;
  lower.cpu_each_ns = {1, 2};
  Sample upper;
  upper.cpu_total_ns = 9;
  overlay(lower, std::move(upper));
  EXPECT_TRUE(lower.cpu_each_ns.empty());
}

TEST(Overlay, KeepsTheDetailsOfBothInOrder) {
  Sample lower, upper;
  lower.details.push_back({.what = Tail::sockets, .labels = {}, .value = 1});
  upper.details.push_back({.what = Tail::hugetlb_usage, .labels = std::string{"2MB\0", 4}, .value = 2});
  overlay(lower, std::move(upper));
  ASSERT_EQ(lower.details.size(), 2U);
  EXPECT_EQ(lower.details[0].what, Tail::hugetlb_usage);
  EXPECT_EQ(lower.details[1].value, 1U);
}

}  // namespace
}  // namespace cspy::metrics
