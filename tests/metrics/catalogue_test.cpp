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

/// A reading of a subject that has such metrics, which is a container where they have them.
class EachMetric : public testing::TestWithParam<Metric> {};

TEST_P(EachMetric, IsEmittedWhenItsNumbersArePresent) {
  const auto reading = test::make_reading(test::make_subject_of(GetParam().group));
  EXPECT_FALSE(emitted(GetParam(), *reading).values.empty());
}

TEST_P(EachMetric, IsAbsentWhenItsNumbersAreAbsent) {
  Container bare;
  bare.id = "a1";
  bare.subject = test::make_subject_of(GetParam().group)->subject;
  const auto reading = test::make_reading(std::make_shared<const Container>(bare), {});
  static constexpr std::array always{"container_last_seen", "container_health_state"};
  const auto& origin = GetParam().origin;
  const bool constant = origin.cgroup_v2 == Need::zero && origin.mount == Need::never;
  const bool always_known = constant || std::ranges::find(always, GetParam().name) != always.end();
  EXPECT_EQ(emitted(GetParam(), *reading).values.empty(), !always_known);
}

TEST_P(EachMetric, HasItsDeclaredLabelsAndNoSeriesTwice) {
  const auto recorder = emitted(GetParam(), *test::make_reading(test::make_subject_of(GetParam().group)));
  for (const auto count : recorder.label_counts)
    EXPECT_EQ(count, GetParam().label_count());
  EXPECT_EQ(recorder.identities.size(), recorder.values.size());
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EachMetric, testing::ValuesIn(catalogue().begin(), catalogue().end()),
                         [](const auto& info) { return std::string{info.param.name}; });

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
  EXPECT_EQ(value_of("container_memory_swap", *reading), 1'012);
  EXPECT_EQ(value_of("container_memory_workingset_refault_file_total", *reading), 1'020);
  EXPECT_EQ(value_of("container_memory_workingset_refault_anon_total", *reading), 1'021);
  EXPECT_EQ(value_of("container_processes", *reading), 5);
  EXPECT_EQ(value_of("container_fs_io_cost_usage_seconds_total|/dev/sda", *reading), 0.043);
  EXPECT_EQ(value_of("container_fs_io_cost_wait_seconds_total|/dev/sda", *reading), 0.044);
  EXPECT_EQ(value_of("container_fs_io_cost_indebt_seconds_total|/dev/sda", *reading), 0.045);
  EXPECT_EQ(value_of("container_fs_io_cost_indelay_seconds_total|/dev/sda", *reading), 0.046);
  EXPECT_EQ(value_of("container_memory_numa_pages|anon|container|0", *reading), 61);
  EXPECT_EQ(value_of("container_memory_migrate", *reading), 1);
  EXPECT_EQ(value_of("container_hugetlb_usage_bytes|2MB", *reading), 62);
  EXPECT_EQ(value_of("container_hugetlb_max_usage_bytes|2MB", *reading), 63);
  EXPECT_EQ(value_of("container_hugetlb_failcnt|2MB", *reading), 64);
  EXPECT_EQ(value_of("container_fs_io_time_weighted_seconds_total|/dev/sda", *reading), 0.042);
  EXPECT_EQ(value_of("container_network_tcp6_usage_total|listen", *reading), 52);
  EXPECT_EQ(value_of("container_network_advance_tcp_stats_total|maxconn", *reading), -1) << "no limit";
  EXPECT_EQ(value_of("container_cpu_schedstat_run_seconds_total", *reading), 56);
  EXPECT_EQ(value_of("container_cpu_schedstat_run_periods_total", *reading), 58);
}

TEST(Catalogue, TakesTheMachinesNumbersFromTheirFields) {
  const auto machine = test::make_reading(test::make_subject_of(Group::machine));
  EXPECT_EQ(value_of("machine_cpu_physical_cores", *machine), 62);
  EXPECT_EQ(value_of("machine_nvm_capacity|memory_mode", *machine), 0);
  const auto agent = test::make_reading(test::make_subject_of(Group::engine));
  EXPECT_EQ(value_of("cadvisor_version_info||0.2.0|28.5.2|6.1.0|Debian GNU/Linux 12 (bookworm)", *agent), 1);
  EXPECT_EQ(value_of("containerspy_engine_info|docker|28.5.2|1.51|overlay2|systemd|2|false", *agent), 1);
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

TEST(Catalogue, AddsUpTheDevicesThatHaveNoNameHere) {
  auto sample = test::full_sample();
  sample.devices = {{.major = 7, .minor = 0, .device = {}, .read_bytes = 1, .write_bytes = {}},
                    {.major = 7, .minor = 1, .device = {}, .read_bytes = 20, .write_bytes = 40},
                    {.major = 8, .minor = 0, .device = "/dev/sda", .read_bytes = 100, .write_bytes = 200}};
  const auto reading = test::make_reading(test::make_container("a1", "web"), sample);
  EXPECT_EQ(value_of("container_fs_reads_bytes_total|", *reading), 21);
  EXPECT_EQ(value_of("container_fs_writes_bytes_total|", *reading), 40);
  EXPECT_EQ(value_of("container_fs_writes_bytes_total|/dev/sda", *reading), 200);
  EXPECT_EQ(value_of("container_blkio_device_usage_total||7|1|Read", *reading), 20);
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

TEST(Catalogue, HasOfAStoppedContainerWhatItsEngineKnows) {
  auto container = *test::make_container("a1", "job");
  container.subject = Subject::stopped;
  container.lifecycle.state = State::exited;
  const auto list = test::series_of(*test::make_reading(std::make_shared<const Container>(container), {}));
  std::set<std::string> names;
  for (const auto& series : list.series)
    names.insert(series.substr(0, series.find('|')));
  EXPECT_THAT(names, testing::ElementsAre("container_creation_time_seconds", "container_exit_code",
                                          "container_finish_time_seconds", "container_health_failing_streak",
                                          "container_image_info", "container_oom_killed", "container_restart_count",
                                          "container_start_time_seconds", "container_state"));
  EXPECT_EQ(std::get<std::int64_t>(list.values.at("container_state|exited")), 1);
  EXPECT_EQ(std::get<std::int64_t>(list.values.at("container_state|running")), 0);
}

TEST(Catalogue, FallsBackToTheCreationWhereAContainerHasNoStart) {
  auto container = *test::make_container("a1", "web");
  container.started = 0;
  EXPECT_EQ(value_of("container_start_time_seconds", *test::make_reading(std::make_shared<const Container>(container))),
            1'794'999'998);
}

}  // namespace
}  // namespace cspy::metrics
