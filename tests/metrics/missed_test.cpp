#include "metrics/missed.hpp"

#include <gtest/gtest.h>

#include "metrics/details.hpp"
#include "metrics/overlay.hpp"
#include "metrics/sample_parts.hpp"
#include "tests/support/readings.hpp"

namespace cspy::metrics {
namespace {

TEST(Missed, KeepsTheValuesOfTheSampleBefore) {
  Sample sample;
  sample.memory_usage = 7;
  sample.networks.emplace_back().interface = "half";
  sample.missed = parts_of({&Sample::cpu_total_ns, &Sample::oom_events});
  sample.missed |= parts_of(Tail::sockets);
  sample.missed.networks = true;
  auto before = test::full_sample();
  before.kills_by_kernel = true;
  keep_missed(sample, &before);
  EXPECT_EQ(sample.cpu_total_ns, before.cpu_total_ns);
  EXPECT_EQ(sample.oom_events, before.oom_events);
  EXPECT_TRUE(sample.kills_by_kernel);
  EXPECT_EQ(sample.memory_usage, 7U) << "this one was read";
  EXPECT_TRUE(sample.devices.empty()) << "no device was left out";
  ASSERT_EQ(sample.networks.size(), 1U);
  EXPECT_EQ(sample.networks[0].interface, "eth0");
  ASSERT_EQ(sample.details.size(), 1U);
  EXPECT_EQ(sample.details[0].value, 60U);
}

TEST(Missed, IsEmptyWithoutASampleBefore) {
  auto sample = test::full_sample();
  sample.missed.networks = sample.missed.devices = true;
  sample.missed |= parts_of({&Sample::threads});
  keep_missed(sample, nullptr);
  EXPECT_TRUE(sample.networks.empty());
  EXPECT_TRUE(sample.devices.empty());
  EXPECT_FALSE(sample.threads);
  EXPECT_TRUE(sample.processes);
}

TEST(Missed, IsNotTakenFromAnotherSource) {
  auto engine = test::full_sample();
  Sample files;
  files.missed = parts_of({&Sample::cpu_total_ns});
  files.missed.networks = true;
  overlay(engine, std::move(files));
  EXPECT_FALSE(engine.cpu_total_ns) << "the engine's number is another count";
  EXPECT_TRUE(engine.networks.empty());
  EXPECT_EQ(engine.devices.size(), 1U);
  EXPECT_TRUE(engine.missed.networks);
}

}  // namespace
}  // namespace cspy::metrics
