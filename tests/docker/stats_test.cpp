#include "docker/stats.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/data.hpp"
#include "tests/support/readings.hpp"

namespace cspy::docker {
namespace {

const Engine docker_engine;

metrics::Sample parse(std::string_view body, const Engine& engine = docker_engine) {
  auto sample = parse_stats(engine, body);
  EXPECT_TRUE(sample) << sample.error().message;
  EXPECT_TRUE(sample && *sample);
  return sample && *sample ? **sample : metrics::Sample{};
}

std::string error_of(std::string_view body) {
  const auto sample = parse_stats(docker_engine, body);
  return sample ? "none" : sample.error().message;
}

std::string running(std::string_view fields) {
  return fmt::format(R"({{"read":"2026-11-23T01:58:18Z",{}}})", fields);
}

TEST(Stats, OfDocker28OnCgroupV2) {
  const auto sample = parse(test::read_data("docker-28.5-cgroup2/stats.web.json"));
  EXPECT_EQ(*sample.cpu_total_ns, 11'481'050'000U);
  EXPECT_EQ(*sample.cpu_user_ns, 889'969'000U);
  EXPECT_EQ(*sample.cpu_system_ns, 10'591'080'000U);
  EXPECT_TRUE(sample.cpu_each_ns.empty());
  EXPECT_EQ(*sample.cfs_throttled_ns, 2'797'017'000U);
  EXPECT_EQ(*sample.memory_usage, 1'572'864U);
  EXPECT_EQ(*sample.memory_working_set, 1'572'864U - 1'048'576U);
  EXPECT_EQ(*sample.memory_rss, 114'688U);
  EXPECT_EQ(*sample.memory_cache, 1'073'152U);
  EXPECT_EQ(*sample.page_faults, 21'410U);
  EXPECT_EQ(*sample.threads, 2U);
  EXPECT_EQ(*sample.threads_max, 0U) << "2^64-1 is unlimited";
  ASSERT_EQ(sample.devices.size(), 1U);
  EXPECT_EQ(sample.devices[0].major, 254U);
  EXPECT_EQ(*sample.devices[0].write_bytes, 218'103'808U);
  ASSERT_EQ(sample.networks.size(), 1U);
  EXPECT_EQ(sample.networks[0].interface, "eth0");
  EXPECT_EQ(*sample.networks[0].receive_bytes, 3'576U);
}

TEST(Stats, OfDocker20OnCgroupV1) {
  const auto sample = parse(test::read_data("docker-20.10-cgroup1/stats.web.json"));
  EXPECT_EQ(sample.cpu_each_ns, (std::vector<std::uint64_t>{44'422'694, 31'150'387}));
  EXPECT_EQ(*sample.memory_rss, 118'784U);
  EXPECT_EQ(*sample.memory_working_set, 1'773'568U - 1'048'576U);
  EXPECT_EQ(*sample.threads_max, 0U) << "absent is unlimited";
}

/// As the engine's types for Windows say; nothing recorded is at hand.
constexpr std::string_view windows_answer = R"({
  "read":"2026-11-23T01:58:18.3891262Z","preread":"0001-01-01T00:00:00Z","num_procs":4,"os_type":"windows",
  "pids_stats":{},"blkio_stats":{"io_service_bytes_recursive":null,"io_serviced_recursive":null},
  "storage_stats":{"read_count_normalized":7,"read_size_bytes":28672,"write_count_normalized":5,"write_size_bytes":20480},
  "cpu_stats":{"cpu_usage":{"total_usage":43125000,"usage_in_kernelmode":18125000,"usage_in_usermode":25000000},
               "throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}},
  "precpu_stats":{"cpu_usage":{"total_usage":0},"throttling_data":{}},
  "memory_stats":{"commitbytes":77074432,"commitpeakbytes":81104896,"privateworkingset":49127424},
  "networks":{"8e8b6a4c-4a3e-4c3f-9d0b-1f2a3b4c5d6e":{"rx_bytes":3712,"rx_packets":31,"rx_errors":0,"rx_dropped":1,
              "tx_bytes":1024,"tx_packets":9,"tx_errors":0,"tx_dropped":0,"endpoint_id":"8e8b6a4c"}},
  "name":"/web","id":"ab12"})";

TEST(Stats, OfWindowsHaveUnitsOfTheirOwn) {
  Engine windows;
  windows.windows = true;
  const auto sample = parse(windows_answer, windows);
  EXPECT_EQ(*sample.cpu_total_ns, 4'312'500'000U) << "in units of 100 ns";
  EXPECT_EQ(*sample.cpu_user_ns, 2'500'000'000U);
  EXPECT_EQ(*sample.memory_usage, 77'074'432U);
  EXPECT_EQ(*sample.memory_max_usage, 81'104'896U);
  EXPECT_EQ(*sample.memory_working_set, 49'127'424U);
  EXPECT_FALSE(sample.memory_rss);
  EXPECT_FALSE(sample.cfs_periods) << "zeros that mean nothing";
  EXPECT_FALSE(sample.threads);
  ASSERT_EQ(sample.devices.size(), 1U);
  EXPECT_EQ(*sample.devices[0].reads, 7U);
  EXPECT_EQ(*sample.devices[0].write_bytes, 20'480U);
  ASSERT_EQ(sample.networks.size(), 1U);
  EXPECT_EQ(sample.networks[0].interface, "8e8b6a4c-4a3e-4c3f-9d0b-1f2a3b4c5d6e")
      << "the endpoint: there is no other name";
  EXPECT_EQ(*sample.networks[0].receive_dropped, 1U);
}

TEST(Stats, OfWindowsHaveTheDeviceOfAContainerThatOnlyWrote) {
  Engine windows;
  windows.windows = true;
  const auto with_storage = [&](std::string_view storage) {
    return parse(R"({"read":"2026-11-23T01:58:18.3891262Z","storage_stats":{)" + std::string{storage} + "}}", windows);
  };
  const auto wrote = with_storage(R"("write_count_normalized":5,"write_size_bytes":20480)");
  ASSERT_EQ(wrote.devices.size(), 1U);
  EXPECT_EQ(wrote.devices[0].write_bytes, 20'480U);
  EXPECT_EQ(wrote.devices[0].read_bytes, 0U) << "the engine leaves out zeros";
  EXPECT_TRUE(with_storage("").devices.empty());
}

TEST(Stats, OfWindowsHaveNoneOfLinuxsConstants) {
  Engine windows;
  windows.windows = true;
  auto container = *test::make_container("ab12", "web");
  container.windows = true;
  container.limits = {};
  const auto list = test::series_of(
      *test::make_reading(std::make_shared<const metrics::Container>(container), parse(windows_answer, windows)));
  EXPECT_TRUE(list.values.contains("container_fs_reads_bytes_total|"));
  for (const auto& series : list.series) {
    for (const auto* linux_only :
         {"container_tasks_state", "container_cpu_load", "container_pressure", "_cfs_", "container_blkio",
          "container_memory_failcnt", "container_spec", "container_threads"})
      EXPECT_FALSE(series.contains(linux_only)) << series;
  }
}

TEST(Stats, OfPodmanAreCorrected) {
  Engine podman;
  podman.podman = true;
  const auto sample = parse(test::read_data("podman-5-cgroup2/stats.web.json"), podman);
  EXPECT_FALSE(sample.memory_usage) << "Podman takes the inactive file cache off and does not tell how much it was";
  EXPECT_EQ(*sample.memory_working_set, 385'024U);
  ASSERT_EQ(sample.devices.size(), 1U);
  EXPECT_EQ(sample.devices[0].major, 254U) << "Podman exchanges major and minor";
  EXPECT_EQ(sample.devices[0].minor, 0U);
  EXPECT_EQ(*sample.devices[0].write_bytes, 23'068'672U) << "and has operations among the bytes";
  EXPECT_EQ(*sample.cpu_system_ns, 1'868'599'000U) << "kernel time in microseconds";
  EXPECT_EQ(*sample.cpu_user_ns, 1'998'502'000U - 1'868'599'000U);
  EXPECT_FALSE(sample.cfs_periods) << "not counted, and told as 0";
}

TEST(Stats, OfPodmanInNanosecondsAreLeftAlone) {
  Engine podman;
  podman.podman = true;
  const auto whole = parse(
      running(
          R"("cpu_stats":{"cpu_usage":{"total_usage":9000000000,"usage_in_kernelmode":4000000000,"usage_in_usermode":5000000000}})"),
      podman);
  EXPECT_EQ(*whole.cpu_system_ns, 4'000'000'000U);
  EXPECT_EQ(*whole.cpu_user_ns, 5'000'000'000U);
  const auto either = parse(
      running(
          R"("cpu_stats":{"cpu_usage":{"total_usage":9000000000,"usage_in_kernelmode":4000000,"usage_in_usermode":8996000000}})"),
      podman);
  EXPECT_FALSE(either.cpu_system_ns) << "4 ms in nanoseconds or 4 s in microseconds: nobody can tell";
  EXPECT_FALSE(either.cpu_user_ns);
}

TEST(Stats, OfAContainerThatDoesNotRunAreNone) {
  for (const auto* name : {"docker-28.5-cgroup2/stats.exited.json", "docker-28.5-cgroup2/stats.created.json",
                           "docker-28.5-cgroup2/stats.restarting.json", "docker-29-cgroup2/stats.gone.json",
                           "docker-20.10-cgroup1/stats.exited.json"}) {
    const auto sample = parse_stats(docker_engine, test::read_data(name));
    ASSERT_TRUE(sample) << name << ": " << sample.error().message;
    EXPECT_FALSE(*sample) << name;
  }
}

TEST(Stats, OfAPausedContainerAreWhole) {
  EXPECT_TRUE(parse(test::read_data("docker-28.5-cgroup2/stats.paused.json")).memory_usage);
}

TEST(Stats, WithAnErrorInASuccessfulAnswerAreAnError) {
  EXPECT_EQ(error_of(R"({"message":"no metrics received"})"), "no metrics received");
  EXPECT_EQ(error_of(R"({"cause":"x","message":"cannot read affinity","response":500})"), "cannot read affinity");
  EXPECT_EQ(error_of("{}"), "the answer has no 'read' time");
  EXPECT_EQ(error_of(R"({"read":"yesterday"})"), "'read' is not a time");
}

TEST(Stats, WorkingSetIsNeverNegative) {
  EXPECT_EQ(*parse(running(R"("memory_stats":{"usage":100,"stats":{"inactive_file":101}})")).memory_working_set, 0U);
}

TEST(Stats, WithoutTheMemoryControllerHaveNoMemory) {
  const auto sample =
      parse(running(R"("memory_stats":{"stats":{"anon":0,"file":0,"inactive_file":0,"pgfault":0,"pgmajfault":0}})"));
  EXPECT_FALSE(sample.memory_usage);
  EXPECT_FALSE(sample.memory_rss);
  EXPECT_FALSE(sample.memory_working_set);
  EXPECT_FALSE(sample.page_faults);
}

TEST(Stats, LeaveOutTheInterfacesCAdvisorLeavesOut) {
  const auto sample = parse(running(
      R"("networks":{"veth12":{"rx_bytes":1},"lo":{"rx_bytes":1},"eth1":{"rx_bytes":3},"Docker_gw":{"rx_bytes":1},"eth0":{"rx_bytes":2}})"));
  ASSERT_EQ(sample.networks.size(), 2U);
  EXPECT_EQ(sample.networks[0].interface, "eth0");
  EXPECT_EQ(sample.networks[1].interface, "eth1");
  EXPECT_EQ(*sample.networks[1].receive_bytes, 3U);
}

TEST(Stats, OfTheWrongTypeAreAnErrorNotAWrongNumber) {
  EXPECT_EQ(error_of(running(R"("cpu_stats":{"cpu_usage":{"total_usage":"many"}})")),
            "'cpu_stats.cpu_usage.total_usage' has the wrong type");
  EXPECT_EQ(error_of(running(R"("networks":{"eth0":{"rx_bytes":-5}})")), "'networks.eth0.rx_bytes' has the wrong type");
  EXPECT_EQ(error_of(running(R"("blkio_stats":{"io_service_bytes_recursive":[{"major":4294967296}]})")),
            "'blkio_stats.io_service_bytes_recursive[].major' has the wrong type");
}

TEST(Stats, AreBounded) {
  std::string networks;
  for (int i = 0; i < 1'000; ++i)
    networks.append(networks.empty() ? "" : ",").append(fmt::format(R"("eth{}":{{"rx_bytes":1}})", i));
  EXPECT_EQ(parse(running(R"("networks":{)" + networks + "}")).networks.size(), 256U);
}

}  // namespace
}  // namespace cspy::docker
