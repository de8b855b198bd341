// Every row of the catalogue, with the same questions to each.
#include "metrics/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/readings.hpp"

namespace cspy::metrics {
namespace {

/// What the row emits, with the number of label values of each point.
class Recorder final : public PointSink {
 public:
  void point(Number value, LabelValues labels) override {
    values.push_back(std::visit([](auto number) { return static_cast<double>(number); }, value));
    label_counts.push_back(labels.size());
    std::string identity;
    for (const auto label : labels)
      identity.append(label).append("|");
    identities.insert(identity);
  }
  std::vector<double> values;
  std::vector<std::size_t> label_counts;
  std::set<std::string> identities;
};

Recorder emitted(const Metric& metric, const Reading& reading) {
  Recorder recorder;
  visit(metric, reading, test::started_at + 60 * test::second, recorder);
  return recorder;
}

class EachMetric : public testing::TestWithParam<Metric> {};

TEST_P(EachMetric, IsEmittedWhenItsNumbersArePresent) {
  const auto reading = test::make_reading(test::make_container("a1", "web"));
  EXPECT_FALSE(emitted(GetParam(), *reading).values.empty());
}

TEST_P(EachMetric, IsAbsentWhenItsNumbersAreAbsent) {
  Container bare;
  bare.id = "a1";
  const auto reading = test::make_reading(std::make_shared<const Container>(bare), {});
  const bool always_known = GetParam().name == "container_last_seen" || GetParam().name == "container_health_state";
  EXPECT_EQ(emitted(GetParam(), *reading).values.empty(), !always_known);
}

TEST_P(EachMetric, HasItsDeclaredLabelsAndNoSeriesTwice) {
  const auto recorder = emitted(GetParam(), *test::make_reading(test::make_container("a1", "web")));
  for (const auto count : recorder.label_counts)
    EXPECT_EQ(count, GetParam().label_count());
  EXPECT_EQ(recorder.identities.size(), recorder.values.size());
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EachMetric, testing::ValuesIn(catalogue().begin(), catalogue().end()),
                         [](const auto& info) { return std::string{info.param.name}; });

TEST(Catalogue, HasExactlyTheMetricsThatWerePromised) {
  std::vector<std::string> names;
  for (const auto& metric : catalogue())
    names.emplace_back(metric.name);
  EXPECT_THAT(names,
              testing::UnorderedElementsAre(
                  "container_cpu_usage_seconds_total", "container_cpu_user_seconds_total",
                  "container_cpu_system_seconds_total", "container_cpu_cfs_periods_total",
                  "container_cpu_cfs_throttled_periods_total", "container_cpu_cfs_throttled_seconds_total",
                  "container_fs_reads_bytes_total", "container_fs_writes_bytes_total", "container_last_seen",
                  "container_start_time_seconds", "container_memory_cache", "container_memory_failures_total",
                  "container_memory_mapped_file", "container_memory_rss", "container_memory_usage_bytes",
                  "container_memory_working_set_bytes", "container_network_receive_bytes_total",
                  "container_network_receive_errors_total", "container_network_receive_packets_total",
                  "container_network_receive_packets_dropped_total", "container_network_transmit_bytes_total",
                  "container_network_transmit_errors_total", "container_network_transmit_packets_total",
                  "container_network_transmit_packets_dropped_total", "container_threads", "container_threads_max",
                  "container_spec_memory_limit_bytes", "container_spec_cpu_period", "container_spec_cpu_quota",
                  "container_spec_cpu_shares", "container_health_state", "container_creation_time_seconds"));
}

double value_of(const std::string& series, const Reading& reading) {
  const auto list = test::series_of(reading);
  const auto found = list.values.find(series);
  EXPECT_NE(found, list.values.end()) << series;
  return found == list.values.end()
             ? -1
             : std::visit([](auto number) { return static_cast<double>(number); }, found->second);
}

TEST(Catalogue, TakesEachNumberFromItsField) {
  const auto reading = test::make_reading(test::make_container("a1", "web"));
  EXPECT_EQ(value_of("container_cpu_usage_seconds_total|total", *reading), 3.5);
  EXPECT_EQ(value_of("container_cpu_user_seconds_total", *reading), 2.0);
  EXPECT_EQ(value_of("container_cpu_system_seconds_total", *reading), 1.5);
  EXPECT_EQ(value_of("container_cpu_cfs_throttled_seconds_total", *reading), 0.013);
  EXPECT_EQ(value_of("container_memory_failures_total|pgfault|container", *reading), 1'006);
  EXPECT_EQ(value_of("container_memory_failures_total|pgmajfault|hierarchy", *reading), 1'007);
  EXPECT_EQ(value_of("container_fs_writes_bytes_total|/dev/sda", *reading), 32);
  EXPECT_EQ(value_of("container_network_transmit_packets_dropped_total|eth0", *reading), 48);
  EXPECT_EQ(value_of("container_network_receive_errors_total|eth0", *reading), 43);
  EXPECT_EQ(value_of("container_start_time_seconds", *reading), 1'795'000'000);
  EXPECT_EQ(value_of("container_creation_time_seconds", *reading), 1'794'999'998);
  EXPECT_EQ(value_of("container_last_seen", *reading), 1'795'000'060);
  EXPECT_EQ(value_of("container_spec_cpu_quota", *reading), 50'000);
  EXPECT_EQ(value_of("container_health_state", *reading), 1);
}

TEST(Catalogue, NamesEachCpuOfCgroupV1ThatHasWorked) {
  auto sample = test::full_sample();
  sample.cpu_each_ns = {1'000'000'000, 0, 3'000'000'000};
  sample.cpu_each_ns.resize(101, 0);
  sample.cpu_each_ns.push_back(5'000'000'000);
  const auto list = test::series_of(*test::make_reading(test::make_container("a1", "web"), sample));
  EXPECT_TRUE(list.values.contains("container_cpu_usage_seconds_total|cpu00"));
  EXPECT_FALSE(list.values.contains("container_cpu_usage_seconds_total|cpu01"));
  EXPECT_TRUE(list.values.contains("container_cpu_usage_seconds_total|cpu02"));
  EXPECT_TRUE(list.values.contains("container_cpu_usage_seconds_total|cpu101"));
  EXPECT_FALSE(list.values.contains("container_cpu_usage_seconds_total|total"));
}

TEST(Catalogue, HasQuotaMetricsOnlyWithAQuota) {
  auto container = *test::make_container("a1", "web");
  container.limits.cpu_quota_us = 0;
  const auto list = test::series_of(*test::make_reading(std::make_shared<const Container>(container)));
  for (const auto& series : list.series) {
    EXPECT_THAT(series, testing::Not(testing::HasSubstr("_cfs_")));
    EXPECT_NE(series, "container_spec_cpu_quota");
  }
}

TEST(Catalogue, FallsBackToTheCreationWhereAContainerHasNoStart) {
  auto container = *test::make_container("a1", "web");
  container.started = 0;
  EXPECT_EQ(value_of("container_start_time_seconds", *test::make_reading(std::make_shared<const Container>(container))),
            1'794'999'998);
}

}  // namespace
}  // namespace cspy::metrics
