#include "host/cgroup_v1.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "host/count_files.hpp"
#include "metrics/working_set.hpp"
#include "tests/support/cgroup_files.hpp"
#include "tests/support/data.hpp"

namespace cspy::host::cgroup_v1 {
namespace {

using metrics::Limits;
using metrics::Sample;

Sample parsed(std::string_view name, std::string_view text) {
  const auto counts = count_files(CgroupVersion::v1);
  if (std::ranges::find(counts, name, &CountFile::name) != counts.end())
    return test::parsed_by<Sample>(counts, name, text);
  return test::parsed_by<Sample>(files(), name, text);
}

Limits limited(std::string_view name, std::string_view text) {
  return test::parsed_by<Limits>(limit_files(), name, text);
}

/// The numbers of a file of the group `i`, and whether it had a device.
std::pair<Sample, bool> devices_of(std::size_t i, std::string_view name, std::string_view text) {
  Sample sample;
  const auto group = blkio_groups()[i];
  const auto file = std::ranges::find(group, name, &BlkioFile::name);
  EXPECT_NE(file, group.end()) << name;
  const bool found = file != group.end() && file->parse(text, sample);
  return {sample, found};
}

TEST(CgroupV1, ReadsTheTimeOfEachCpu) {
  const auto sample = parsed("cpuacct.usage_percpu", "426417700711 461825802457 0 \n");
  EXPECT_EQ(sample.cpu_each_ns, (std::vector<std::uint64_t>{426'417'700'711, 461'825'802'457, 0}));
  EXPECT_EQ(parsed("cpuacct.usage", "888228196376\n").cpu_total_ns, 888'228'196'376U);
}

TEST(CgroupV1, KeepsNoMoreCpusThanItMay) {
  std::string text;
  for (int i = 0; i < 5'000; ++i)
    text.append("1 ");
  EXPECT_EQ(parsed("cpuacct.usage_percpu", text).cpu_each_ns.size(), 1'024U);
}

TEST(CgroupV1, TurnsTicksIntoNanoseconds) {
  const auto sample = parsed("cpuacct.stat", "user 77858\nsystem 10963\n");
  EXPECT_EQ(sample.cpu_user_ns, 778'580'000'000U);
  EXPECT_EQ(sample.cpu_system_ns, 109'630'000'000U);
}

TEST(CgroupV1, ReadsThrottlingAndLeavesBurstsOut) {
  const auto sample =
      parsed("cpu.stat", "nr_periods 162\nnr_throttled 4\nthrottled_time 31400000\nnr_bursts 2\nburst_time 100000\n");
  EXPECT_EQ(sample.cfs_periods, 162U);
  EXPECT_EQ(sample.cfs_throttled_periods, 4U);
  EXPECT_EQ(sample.cfs_throttled_ns, 31'400'000U);
  EXPECT_FALSE(sample.cfs_burst_periods);
}

TEST(CgroupV1, TakesMemoryWithTheChildrenAndFaultsWithout) {
  const auto sample = parsed("memory.stat",
                             "cache 1\nrss 2\nmapped_file 3\nworkingset_refault_anon 4\nworkingset_refault_file 5\n"
                             "swap 6\npgfault 7\npgmajfault 8\ninactive_file 9\nactive_file 10\ntotal_cache 11\n"
                             "total_rss 12\ntotal_mapped_file 13\ntotal_workingset_refault_anon 14\n"
                             "total_workingset_refault_file 15\ntotal_swap 16\ntotal_pgfault 17\ntotal_pgmajfault 18\n"
                             "total_inactive_file 19\ntotal_active_file 20\n");
  EXPECT_EQ(sample.memory_cache, 11U);
  EXPECT_EQ(sample.memory_rss, 12U);
  EXPECT_EQ(sample.memory_mapped_file, 13U);
  EXPECT_EQ(sample.memory_swap, 16U);
  EXPECT_EQ(sample.memory_inactive_file, 19U);
  EXPECT_EQ(sample.memory_active_file, 20U);
  EXPECT_EQ(sample.refaults_anon, 4U);
  EXPECT_EQ(sample.refaults_file, 5U);
  EXPECT_EQ(sample.page_faults, 7U);
  EXPECT_EQ(sample.major_page_faults, 8U);
}

TEST(CgroupV1, CountsKillsWhereTheKernelDoes) {
  EXPECT_EQ(parsed("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n").oom_events, 3U);
  EXPECT_FALSE(parsed("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n").oom_events);
}

TEST(CgroupV1, ReadsPagesOfEachNode) {
  const auto sample = parsed(
      "memory.numa_stat", "total=12 N0=5 N1=7\nfile=9 N0=4 N1=5\nnuma_locality 0 0 0\nhierarchical_anon=6 N0=6 N1=0\n");
  ASSERT_EQ(sample.details.size(), 4U);
  const auto expect = [&](std::size_t i, std::string_view labels, std::uint64_t value) {
    EXPECT_EQ(sample.details[i].what, metrics::Tail::memory_numa_pages);
    EXPECT_EQ(sample.details[i].labels, labels);
    EXPECT_EQ(sample.details[i].value, value);
  };
  using namespace std::string_view_literals;
  expect(0,
         "file\0container\0"
         "0\0"sv,
         4);
  expect(1,
         "file\0container\0"
         "1\0"sv,
         5);
  expect(2,
         "anon\0hierarchy\0"
         "0\0"sv,
         6);
  expect(3,
         "anon\0hierarchy\0"
         "1\0"sv,
         0);
}

TEST(CgroupV1, ReadsBytesByKindOfOperation) {
  const auto [sample, found] = devices_of(3, "blkio.throttle.io_service_bytes_recursive",
                                          "8:0 Read 1282048\n8:0 Write 2195456\n8:0 Sync 2195457\n8:0 Async 1282049\n"
                                          "8:0 Discard 5\n8:0 Total 3477504\n8:16 Read 1\nTotal 3477505\n");
  EXPECT_TRUE(found);
  ASSERT_EQ(sample.devices.size(), 2U);
  const auto& sda = sample.devices[0];
  EXPECT_EQ(std::pair(sda.major, sda.minor), std::pair(8U, 0U));
  EXPECT_EQ(sda.read_bytes, 1'282'048U);
  EXPECT_EQ(sda.write_bytes, 2'195'456U);
  EXPECT_EQ(sda.sync_bytes, 2'195'457U);
  EXPECT_EQ(sda.async_bytes, 1'282'049U);
  EXPECT_EQ(sda.discard_bytes, 5U);
  EXPECT_EQ(sda.total_bytes, 3'477'504U);
  EXPECT_EQ(sample.devices[1].read_bytes, 1U);
}

TEST(CgroupV1, ReadsWhatOldSchedulersCount) {
  constexpr std::string_view text = "8:0 Read 1\n8:0 Write 2\n8:0 Sync 9\n8:0 Async 9\n8:0 Total 3\nTotal 3\n";
  const auto one = [&](std::string_view name) { return devices_of(2, name, text).first.devices.at(0); };
  EXPECT_EQ(one("blkio.io_serviced_recursive").reads, 1U);
  EXPECT_EQ(one("blkio.io_serviced_recursive").writes, 2U);
  EXPECT_EQ(one("blkio.io_merged_recursive").reads_merged, 1U);
  EXPECT_EQ(one("blkio.io_merged_recursive").writes_merged, 2U);
  EXPECT_EQ(one("blkio.io_service_time_recursive").read_ns, 1U);
  EXPECT_EQ(one("blkio.io_service_time_recursive").write_ns, 2U);
  EXPECT_EQ(one("blkio.io_service_time_recursive").io_ns, 3U);
  EXPECT_EQ(one("blkio.io_queued_recursive").io_current, 3U);
  const auto sectors = devices_of(2, "blkio.sectors_recursive", "8:0 6792\n").first.devices.at(0);
  EXPECT_EQ(sectors.sectors_read, 0U) << "as in cAdvisor";
  EXPECT_EQ(sectors.sectors_written, 0U);
}

TEST(CgroupV1, FindsNoDeviceInAFileThatHasCountedNothing) {
  EXPECT_FALSE(devices_of(1, "blkio.bfq.io_serviced_recursive", "Total 0\n").second);
  EXPECT_FALSE(devices_of(1, "blkio.bfq.io_serviced_recursive", "").second);
}

TEST(CgroupV1, ReadsNothingIntoGarbage) {
  for (const std::string_view text :
       {"", "\n", "x", "-1\n", "99999999999999999999999\n", "user\nrss -5\ntotal_rss x\n",
        "8: Read 1\n8:0 Read\n8:0 Read x\n8:0 Odd 1\n", "file\nfile=\nfile=1 N N= N0= Nx=1\n"}) {
    std::vector<std::string> names;
    for (const auto& file : count_files(CgroupVersion::v1))
      names.emplace_back(file.name);
    for (const auto& file : files())
      names.emplace_back(file.name);
    for (const auto& name : names) {
      const auto sample = parsed(name, text);
      EXPECT_EQ(sample.cpu_total_ns, Count{}) << name << ": " << text;
      EXPECT_EQ(sample.cpu_user_ns, Count{}) << name << ": " << text;
      EXPECT_EQ(sample.memory_usage, Count{}) << name << ": " << text;
      EXPECT_EQ(sample.memory_rss, Count{}) << name << ": " << text;
      EXPECT_TRUE(sample.details.empty()) << name << ": " << text;
    }
  }
}

TEST(CgroupV1, FillsInCAdvisorsZerosAndNoOthers) {
  Sample sample;
  sample.memory_usage = 1'000;
  sample.memory_inactive_file = 400;
  metrics::set_working_set(sample);
  set_zeros(CgroupVersion::v1, ~std::uint64_t{0}, sample);
  EXPECT_EQ(sample.memory_working_set, 600U);
  for (auto Sample::* const zero :
       {&Sample::cfs_burst_periods, &Sample::cfs_burst_ns, &Sample::memory_swap, &Sample::memory_kernel,
        &Sample::memory_events_high, &Sample::memory_events_max, &Sample::memory_file_dirty,
        &Sample::memory_file_writeback, &Sample::memory_pgscan, &Sample::memory_pgsteal, &Sample::refaults_file,
        &Sample::refaults_anon, &Sample::cpu_waiting_us, &Sample::cpu_stalled_us, &Sample::memory_waiting_us,
        &Sample::memory_stalled_us, &Sample::io_waiting_us, &Sample::io_stalled_us})
    EXPECT_EQ(sample.*zero, 0U);
  for (auto Sample::* const absent : {&Sample::memory_rss, &Sample::memory_failcnt, &Sample::memory_max_usage,
                                      &Sample::page_faults, &Sample::oom_events, &Sample::cfs_periods})
    EXPECT_FALSE(sample.*absent);
}

TEST(CgroupV1, ReadsLimits) {
  EXPECT_EQ(limited("cpu.cfs_quota_us", "50000\n").cpu_quota_us, 50'000U);
  EXPECT_EQ(limited("cpu.cfs_quota_us", "-1\n").cpu_quota_us, 0U);
  EXPECT_EQ(limited("cpu.cfs_period_us", "100000\n").cpu_period_us, 100'000U);
  EXPECT_EQ(limited("cpu.shares", "512\n").cpu_shares, 512U);
  EXPECT_EQ(limited("memory.limit_in_bytes", "67108864\n").memory_bytes, 67'108'864U);
  EXPECT_EQ(limited("memory.limit_in_bytes", "9223372036854771712\n").memory_bytes, 0U);
  EXPECT_EQ(limited("memory.memsw.limit_in_bytes", "134217728\n").memory_swap_bytes, 134'217'728U);
  EXPECT_EQ(limited("memory.soft_limit_in_bytes", "9223372036854771712\n").memory_reservation_bytes, 0U);
}

}  // namespace
}  // namespace cspy::host::cgroup_v1
