#include "host/cgroup_v2.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "host/count_files.hpp"
#include "metrics/working_set.hpp"
#include "tests/support/cgroup_files.hpp"
#include "tests/support/data.hpp"

namespace cspy::host::cgroup_v2 {
namespace {

using metrics::Limits;
using metrics::Sample;

/// The container "oomonce" of the recorded fleet.
const std::string oomonce =
    "fleet-cadvisor/cgroup/docker/e2d90ac761e78ac68a1e3a64c4afbc7d0fe074187423832368f3eedaad862199/";

Sample parsed(std::string_view name, std::string_view text) {
  Sample sample;
  if (name == "io.stat") {
    parse_io_stat(text, sample);
    return sample;
  }
  return test::parsed_by<Sample>(count_files(CgroupVersion::v2), name, text);
}

/// As CgroupReader does once all files are read, with every count wanted.
void derive(Sample& sample) {
  metrics::set_working_set(sample);
  set_zeros(CgroupVersion::v2, ~std::uint64_t{0}, sample);
}

Limits limited(std::string_view name, std::string_view text) {
  return test::parsed_by<Limits>(limit_files(), name, text);
}

TEST(CgroupV2, ReadsCpuTimeInNanoseconds) {
  const auto sample = parsed("cpu.stat",
                             "usage_usec 162581794\nuser_usec 103316295\nsystem_usec 59265499\nnr_periods 162\n"
                             "nr_throttled 4\nthrottled_usec 31400\nnr_bursts 2\nburst_usec 100\n");
  EXPECT_EQ(sample.cpu_total_ns, 162'581'794'000U);
  EXPECT_EQ(sample.cpu_user_ns, 103'316'295'000U);
  EXPECT_EQ(sample.cpu_system_ns, 59'265'499'000U);
  EXPECT_EQ(sample.cfs_periods, 162U);
  EXPECT_EQ(sample.cfs_throttled_periods, 4U);
  EXPECT_EQ(sample.cfs_throttled_ns, 31'400'000U);
  EXPECT_EQ(sample.cfs_burst_periods, 2U);
  EXPECT_EQ(sample.cfs_burst_ns, 100'000U);
}

TEST(CgroupV2, HasOnlyTimesWithoutTheCpuController) {
  const auto sample = parsed("cpu.stat", "usage_usec 7\nuser_usec 4\nsystem_usec 3\n");
  EXPECT_EQ(sample.cpu_total_ns, 7'000U);
  EXPECT_FALSE(sample.cfs_periods);
  EXPECT_FALSE(sample.cfs_burst_periods);
}

TEST(CgroupV2, ReadsWhatIsInMemory) {
  auto text = test::read_data("fleet-cadvisor/cgroup/docker/memory.stat");
  const auto sample = parsed("memory.stat", text);
  EXPECT_EQ(sample.memory_rss, 913'408U);
  EXPECT_EQ(sample.memory_cache, 29'528'064U);
  EXPECT_EQ(sample.memory_mapped_file, 32'768U);
  EXPECT_EQ(sample.memory_active_file, 139'264U);
  EXPECT_EQ(sample.memory_inactive_file, 8'417'280U);
  EXPECT_EQ(sample.memory_file_dirty, 0U);
  EXPECT_EQ(sample.memory_file_writeback, 0U);
  EXPECT_EQ(sample.page_faults, 341'821U);
  EXPECT_EQ(sample.major_page_faults, 2U);
  EXPECT_EQ(sample.memory_pgscan, 0U);
  EXPECT_EQ(sample.memory_pgsteal, 0U);
  EXPECT_EQ(sample.refaults_file, 0U);
  EXPECT_EQ(sample.refaults_anon, 0U);
}

TEST(CgroupV2, CountsEventsAndKills) {
  const auto sample = parsed("memory.events", "low 0\nhigh 3\nmax 35\noom 2\noom_kill 1\noom_group_kill 0\n");
  EXPECT_EQ(sample.memory_events_high, 3U);
  EXPECT_EQ(sample.memory_events_max, 35U);
  EXPECT_EQ(sample.oom_events, 1U);
}

TEST(CgroupV2, TellsWaitingFromStalled) {
  constexpr std::string_view text =
      "some avg10=9.05 avg60=4.04 avg300=4.65 total=143493300\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1191780\n";
  EXPECT_EQ(parsed("cpu.pressure", text).cpu_waiting_us, 143'493'300U);
  EXPECT_EQ(parsed("cpu.pressure", text).cpu_stalled_us, 1'191'780U);
  EXPECT_EQ(parsed("memory.pressure", text).memory_waiting_us, 143'493'300U);
  EXPECT_EQ(parsed("memory.pressure", text).memory_stalled_us, 1'191'780U);
  EXPECT_EQ(parsed("io.pressure", text).io_waiting_us, 143'493'300U);
  EXPECT_EQ(parsed("io.pressure", text).io_stalled_us, 1'191'780U);
  EXPECT_FALSE(parsed("io.pressure", "some avg10=0.00 total=1\n").io_stalled_us);
}

TEST(CgroupV2, ReadsDevicesThatHaveCounted) {
  const auto sample = parsed("io.stat",
                             "254:0 rbytes=147456 wbytes=1191186432 rios=5 wios=1685 dbytes=7 dios=1\n"
                             "11:0 \n"
                             "2:0 \n"
                             "8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0 cost.vrate=100.00 cost.usage=5 "
                             "cost.wait=6 cost.indebt=7 cost.indelay=8\n");
  ASSERT_EQ(sample.devices.size(), 2U);
  const auto& vda = sample.devices[0];
  EXPECT_EQ(std::pair(vda.major, vda.minor), std::pair(254U, 0U));
  EXPECT_EQ(vda.device, "");
  EXPECT_EQ(vda.read_bytes, 147'456U);
  EXPECT_EQ(vda.write_bytes, 1'191'186'432U);
  EXPECT_EQ(vda.reads, 5U);
  EXPECT_EQ(vda.writes, 1'685U);
  EXPECT_FALSE(vda.discard_bytes);
  EXPECT_FALSE(vda.cost_usage_us);
  const auto& sdb = sample.devices[1];
  EXPECT_EQ(std::pair(sdb.major, sdb.minor), std::pair(8U, 16U));
  EXPECT_EQ(sdb.cost_usage_us, 5U);
  EXPECT_EQ(sdb.cost_wait_us, 6U);
  EXPECT_EQ(sdb.cost_indebt_us, 7U);
  EXPECT_EQ(sdb.cost_indelay_us, 8U);
}

TEST(CgroupV2, GivesNumbersToTheLastOfSeveralDevicesInALine) {
  const auto sample = parsed("io.stat", "7:1 7:0 254:0 rbytes=1 wbytes=2\n");
  ASSERT_EQ(sample.devices.size(), 1U);
  EXPECT_EQ(sample.devices[0].major, 254U);
}

TEST(CgroupV2, KeepsNoMoreDevicesThanItMay) {
  std::string text;
  for (int minor = 0; minor < 1'000; ++minor)
    text.append("8:").append(std::to_string(minor)).append(" rbytes=1\n");
  EXPECT_EQ(parsed("io.stat", text).devices.size(), 256U);
}

TEST(CgroupV2, ShowsNoLimitOfThreadsAsZero) {
  EXPECT_EQ(parsed("pids.max", "max\n").threads_max, 0U);
  EXPECT_EQ(parsed("pids.max", "4096\n").threads_max, 4'096U);
  EXPECT_EQ(parsed("pids.current", "17\n").threads, 17U);
}

TEST(CgroupV2, ReadsNothingIntoGarbage) {
  for (const auto& file : count_files(CgroupVersion::v2)) {
    for (const std::string_view text :
         {"", "\n", "x", "-1\n", "99999999999999999999999\n", "usage_usec\nanon -5\nhigh x\n",
          "8: rbytes=1\n8:0 rbytes=\n:\n", "some total=\nfull total=x\n"}) {
      Sample sample;
      file.parse(text, sample);
      EXPECT_EQ(sample.cpu_total_ns, Count{}) << file.name << ": " << text;
      EXPECT_EQ(sample.memory_usage, Count{}) << file.name << ": " << text;
      EXPECT_EQ(sample.memory_rss, Count{}) << file.name << ": " << text;
      EXPECT_EQ(sample.memory_events_high, Count{}) << file.name << ": " << text;
      EXPECT_EQ(sample.cpu_waiting_us, Count{}) << file.name << ": " << text;
      EXPECT_EQ(sample.threads, Count{}) << file.name << ": " << text;
    }
  }
}

TEST(CgroupV2, ReadsNoDeviceIntoGarbage) {
  for (const std::string_view text : {"", "\n", "x", "8: rbytes=1\n8:0 rbytes=\n:\n", "8:0 =1\n"})
    EXPECT_TRUE(parsed("io.stat", text).devices.empty()) << text;
}

TEST(CgroupV2, TakesWhatCanBeDroppedOffTheWorkingSet) {
  Sample sample;
  sample.memory_usage = 1'000;
  sample.memory_inactive_file = 300;
  derive(sample);
  EXPECT_EQ(sample.memory_working_set, 700U);
  sample.memory_inactive_file = 5'000;
  derive(sample);
  EXPECT_EQ(sample.memory_working_set, 0U);
}

TEST(CgroupV2, FillsInCAdvisorsZerosAndNoOthers) {
  Sample sample;
  sample.memory_usage = 1'000;
  derive(sample);
  for (auto Sample::* const zero :
       {&Sample::memory_swap, &Sample::memory_max_usage, &Sample::memory_failcnt, &Sample::memory_kernel,
        &Sample::memory_events_high, &Sample::memory_events_max, &Sample::cpu_waiting_us, &Sample::cpu_stalled_us,
        &Sample::memory_waiting_us, &Sample::memory_stalled_us, &Sample::io_waiting_us, &Sample::io_stalled_us})
    EXPECT_EQ(sample.*zero, 0U);
  for (auto Sample::* const absent :
       {&Sample::memory_working_set, &Sample::memory_rss, &Sample::page_faults, &Sample::refaults_file,
        &Sample::oom_events, &Sample::cpu_total_ns, &Sample::cfs_burst_periods, &Sample::threads})
    EXPECT_FALSE(sample.*absent);
}

TEST(CgroupV2, HasNothingOfMemoryWithoutItsController) {
  Sample sample;
  derive(sample);
  EXPECT_FALSE(sample.memory_swap);
  EXPECT_FALSE(sample.memory_failcnt);
  EXPECT_FALSE(sample.memory_events_high);
}

TEST(CgroupV2, AddsUpTheRootsMemory) {
  auto sample = parsed("memory.stat", test::read_data("fleet-cadvisor/cgroup/memory.stat"));
  set_root_memory(4'096, sample);
  derive(sample);
  EXPECT_EQ(sample.memory_usage, 251'858'944U + 243'564'544U);
  EXPECT_EQ(sample.memory_swap, 4'096U);
  EXPECT_EQ(sample.memory_working_set, 251'858'944U + 243'564'544U - 147'582'976U);
}

TEST(CgroupV2, CountsHitsOfTheLimitOfHugePages) {
  EXPECT_EQ(parse_hugetlb_failures("max 5\n"), 5U);
  EXPECT_EQ(parse_hugetlb_failures("low 1\nmax 6\n"), 6U);
  EXPECT_EQ(parse_hugetlb_failures(""), Count{});
}

TEST(CgroupV2, ReadsLimits) {
  EXPECT_EQ(limited("cpu.max", "50000 100000\n").cpu_quota_us, 50'000U);
  EXPECT_EQ(limited("cpu.max", "50000 100000\n").cpu_period_us, 100'000U);
  EXPECT_EQ(limited("cpu.max", "max 100000\n").cpu_quota_us, 0U);
  EXPECT_EQ(limited("cpu.weight", "100\n").cpu_shares, 2'597U);
  EXPECT_EQ(limited("cpu.weight", "59\n").cpu_shares, 1'522U);
  EXPECT_EQ(limited("cpu.weight", "39\n").cpu_shares, 998U);
  EXPECT_EQ(limited("memory.max", "16777216\n").memory_bytes, 16'777'216U);
  EXPECT_EQ(limited("memory.max", "max\n").memory_bytes, 0U);
}

TEST(CgroupV2, ShowsLimitsThatAreNotThereAsCAdvisorDoes) {
  Limits limits{.memory_bytes = 1, .cpu_period_us = 2, .cpu_quota_us = 3, .cpu_shares = 4};
  for (const auto& file : limit_files())
    file.parse("", limits);
  EXPECT_EQ(limits.cpu_period_us, 0U);
  EXPECT_EQ(limits.cpu_quota_us, 0U);
  EXPECT_EQ(limits.cpu_shares, 0U);
  EXPECT_FALSE(limits.memory_bytes);
  EXPECT_FALSE(limits.memory_swap_bytes);
  EXPECT_FALSE(limits.memory_reservation_bytes);
}

TEST(CgroupV2, ReadsTheLimitsOfARecordedContainer) {
  Limits limits;
  for (const auto& file : limit_files())
    file.parse(test::read_data(oomonce + file.name), limits);
  EXPECT_EQ(limits.memory_bytes, 16'777'216U);
  EXPECT_EQ(limits.memory_swap_bytes, 16'777'216U);
  EXPECT_EQ(limits.memory_reservation_bytes, 0U);
  EXPECT_EQ(limits.cpu_period_us, 100'000U);
  EXPECT_EQ(limits.cpu_quota_us, 0U);
  EXPECT_EQ(limits.cpu_shares, 2'597U);
}

}  // namespace
}  // namespace cspy::host::cgroup_v2
