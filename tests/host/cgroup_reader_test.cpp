#include "host/cgroup_reader.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "metrics/catalogue.hpp"
#include "metrics/selection.hpp"
#include "tests/support/cgroup_directory.hpp"
#include "tests/support/data.hpp"

namespace cspy::host {
namespace {

using metrics::Detail;
using metrics::Limits;
using metrics::Sample;
using metrics::Selection;
using metrics::Tail;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string oomonce = "/docker/e2d90ac761e78ac68a1e3a64c4afbc7d0fe074187423832368f3eedaad862199";
const std::string web_v1 = "/docker/368e332e07cb02fe8aaa20b94567a0b111f6de5238da796ce6cf82aef91b990a";

metrics::SampleParts everything() {
  return Selection::parse("all")->parts();
}

/// Labels and value of each detail of one kind.
std::vector<std::pair<std::string, std::uint64_t>> details_of(const Sample& sample, Tail what) {
  std::vector<std::pair<std::string, std::uint64_t>> found;
  for (const auto& detail : sample.details) {
    auto labels = detail.labels;
    std::ranges::replace(labels, '\0', ' ');
    if (detail.what == what) found.emplace_back(labels, detail.value);
  }
  return found;
}

struct CgroupReaderTest : testing::Test {
  [[nodiscard]] CgroupReader open() const { return CgroupReader{*CgroupTree::open(dir.root(), dir.proc())}; }
  test::CgroupDirectory dir;
};

struct RecordedV2 : testing::Test {
  CgroupReader reader{
      *CgroupTree::open(test::data_path("fleet-cadvisor/cgroup"), test::data_path("fleet-cadvisor/proc"))};
};
struct RecordedV1 : testing::Test {
  CgroupReader reader{*CgroupTree::open(test::data_path("cgroup-v1"), test::data_path("fleet-cadvisor/proc"))};
};

TEST_F(RecordedV2, ReadsAContainer) {
  EXPECT_EQ(reader.tree().version(), CgroupVersion::v2);
  Sample sample;
  ASSERT_TRUE(reader.read(oomonce, everything(), sample));
  EXPECT_EQ(sample.cpu_total_ns, 527'385'000U);
  EXPECT_EQ(sample.memory_usage, 307'200U);
  EXPECT_EQ(sample.memory_working_set, 307'200U);
  EXPECT_EQ(sample.memory_max_usage, 16'777'216U);
  EXPECT_EQ(sample.memory_swap, 0U);
  EXPECT_EQ(sample.memory_events_max, 35U);
  EXPECT_EQ(sample.oom_events, 1U);
  EXPECT_EQ(sample.cpu_waiting_us, 219'557U);
  EXPECT_EQ(sample.threads, 1U);
  EXPECT_EQ(sample.threads_max, 0U);
  EXPECT_EQ(sample.processes, 1U);
  EXPECT_THAT(sample.devices, IsEmpty());
  EXPECT_THAT(details_of(sample, Tail::hugetlb_usage), ElementsAre(std::pair("1GB ", 0), std::pair("2MB ", 0)));
  EXPECT_THAT(details_of(sample, Tail::hugetlb_max_usage), ElementsAre(std::pair("1GB ", 0), std::pair("2MB ", 0)));
  EXPECT_THAT(details_of(sample, Tail::hugetlb_failcnt), ElementsAre(std::pair("1GB ", 0), std::pair("2MB ", 0)));
  EXPECT_THAT(details_of(sample, Tail::memory_migrate), ElementsAre(std::pair("", 0)));
  EXPECT_TRUE(std::ranges::is_sorted(sample.details, {}, &Detail::what));
}

TEST_F(RecordedV2, ReadsTheRootAsTheMachine) {
  Sample sample;
  ASSERT_TRUE(reader.read("/", everything(), sample));
  EXPECT_EQ(sample.cpu_total_ns, 522'540'000'000U);
  EXPECT_EQ(sample.memory_usage, 495'423'488U);
  EXPECT_EQ(sample.memory_swap, 0U);
  EXPECT_EQ(sample.memory_max_usage, 0U);
  EXPECT_FALSE(sample.threads);
  EXPECT_FALSE(sample.oom_events);
  ASSERT_EQ(sample.devices.size(), 1U) << "the other two have counted nothing";
  EXPECT_EQ(sample.devices[0].reads, 2'216U);
  Limits limits;
  ASSERT_TRUE(reader.read_limits("/", limits));
  EXPECT_EQ(limits.memory_bytes, 4'103'290'880U);
  EXPECT_EQ(limits.memory_swap_bytes, 0U);
  EXPECT_EQ(limits.memory_reservation_bytes, 0U);
  EXPECT_EQ(limits.cpu_period_us, 0U);
  EXPECT_EQ(limits.cpu_shares, 0U);
}

TEST_F(RecordedV1, ReadsAContainer) {
  EXPECT_EQ(reader.tree().version(), CgroupVersion::v1);
  Sample sample;
  ASSERT_TRUE(reader.read(web_v1, everything(), sample));
  EXPECT_EQ(sample.cpu_total_ns, 252'899'204U);
  EXPECT_EQ(sample.cpu_each_ns, (std::vector<std::uint64_t>{113'541'694, 139'357'510}));
  EXPECT_EQ(sample.cpu_user_ns, 110'000'000U);
  EXPECT_EQ(sample.cpu_system_ns, 130'000'000U);
  EXPECT_EQ(sample.cfs_throttled_ns, 31'400'000U);
  EXPECT_EQ(sample.cfs_burst_ns, 0U);
  EXPECT_EQ(sample.memory_usage, 2'506'752U);
  EXPECT_EQ(sample.memory_working_set, 2'502'656U);
  EXPECT_EQ(sample.memory_swap, 8'192U);
  EXPECT_EQ(sample.memory_max_usage, 3'813'376U);
  EXPECT_EQ(sample.memory_failcnt, 7U);
  EXPECT_EQ(sample.memory_kernel, 356'352U);
  EXPECT_EQ(sample.refaults_file, 505U);
  EXPECT_EQ(sample.oom_events, 1U);
  EXPECT_EQ(sample.threads, 2U);
  EXPECT_EQ(sample.threads_max, 0U);
  EXPECT_EQ(sample.processes, 2U);
  EXPECT_THAT(details_of(sample, Tail::hugetlb_usage), ElementsAre(std::pair("1GB ", 0), std::pair("2MB ", 4'194'304)));
  EXPECT_THAT(details_of(sample, Tail::hugetlb_max_usage),
              ElementsAre(std::pair("1GB ", 0), std::pair("2MB ", 8'388'608)));
  EXPECT_THAT(details_of(sample, Tail::hugetlb_failcnt), ElementsAre(std::pair("1GB ", 0), std::pair("2MB ", 3)));
  EXPECT_THAT(details_of(sample, Tail::memory_migrate), ElementsAre(std::pair("", 1)));
  EXPECT_EQ(details_of(sample, Tail::memory_numa_pages).size(), 12U);
  EXPECT_TRUE(std::ranges::is_sorted(sample.details, {}, &Detail::what));
}

TEST_F(RecordedV1, PassesOverASchedulerThatHasCountedNothing) {
  Sample sample;
  ASSERT_TRUE(reader.read(web_v1, {.devices = true}, sample));
  ASSERT_EQ(sample.devices.size(), 2U);
  EXPECT_EQ(sample.devices[0].reads, 41U);
  EXPECT_EQ(sample.devices[0].read_bytes, 1'835'008U);
  EXPECT_EQ(sample.devices[0].sync_bytes, 1'900'544U);
  EXPECT_EQ(sample.devices[1].minor, 16U);
  EXPECT_FALSE(sample.devices[1].reads_merged);
}

TEST_F(RecordedV1, ReadsLimits) {
  Limits limits;
  ASSERT_TRUE(reader.read_limits(web_v1, limits));
  EXPECT_EQ(limits.memory_bytes, 67'108'864U);
  EXPECT_EQ(limits.memory_swap_bytes, 134'217'728U);
  EXPECT_EQ(limits.memory_reservation_bytes, 0U);
  EXPECT_EQ(limits.cpu_period_us, 100'000U);
  EXPECT_EQ(limits.cpu_quota_us, 50'000U);
  EXPECT_EQ(limits.cpu_shares, 512U);
}

TEST_F(RecordedV1, FindsAContainerByItsIdAndItsProcesses) {
  EXPECT_EQ(reader.tree().find(web_v1.substr(8)), web_v1);
  EXPECT_THAT(reader.processes(web_v1), ElementsAre(13'041U, 13'049U));
  EXPECT_THAT(reader.processes("/gone"), IsEmpty());
}

TEST_F(CgroupReaderTest, IsOfVersion1WhereBothAreMounted) {
  std::filesystem::rename(dir.file("cgroup/cgroup.controllers"), dir.file("cgroup.controllers"));
  dir.add("unified/cgroup.controllers", "");
  dir.add("cpu,cpuacct/cgroup.procs", "");
  dir.add("cpu,cpuacct/release_agent", "");
  dir.add("cpu,cpuacct/a/cpuacct.usage", "7\n");
  dir.add("cpu,cpuacct/a/cpu.shares", "2\n");
  auto reader = open();
  EXPECT_EQ(reader.tree().version(), CgroupVersion::v1);
  Sample sample;
  Limits limits;
  EXPECT_TRUE(reader.read("/a", everything(), sample));
  EXPECT_TRUE(reader.read_limits("/a", limits));
  EXPECT_EQ(sample.cpu_total_ns, 7U);
  EXPECT_FALSE(sample.memory_swap) << "there is no hierarchy of memory";
  EXPECT_EQ(limits.cpu_shares, 2U);
  EXPECT_FALSE(limits.memory_bytes);
}

TEST_F(CgroupReaderTest, DoesNotLeaveTheTree) {
  dir.add("docker/f00d/pids.current", "1\n");
  dir.add("../outside/pids.current", "1\n");
  auto reader = open();
  Sample sample;
  const auto threads = metrics::parts_of({&Sample::threads});
  EXPECT_TRUE(reader.read("/docker/f00d", threads, sample));
  using namespace std::string_literals;
  const std::string long_path = "/" + std::string(10'000, 'a');
  for (const auto& path : {"/../outside"s, "/docker/../../outside"s, "/docker/.."s, "docker/f00d"s, ""s, "/."s,
                           "/docker/f00d\0/x"s, long_path}) {
    EXPECT_FALSE(reader.tree().has(path)) << path;
    EXPECT_FALSE(reader.read(path, threads, sample)) << path;
    EXPECT_EQ(reader.tree().created(path), 0U) << path;
    EXPECT_THAT(reader.processes(path), IsEmpty()) << path;
    Limits limits;
    EXPECT_FALSE(reader.read_limits(path, limits)) << path;
  }
  EXPECT_FALSE(reader.tree().has("/docker/..f00d"));
  EXPECT_TRUE(reader.tree().has("/docker/f00d/"));
}

TEST_F(CgroupReaderTest, LeavesAloneWhatItDoesNotSay) {
  dir.add("a/cpu.stat", "usage_usec 5\n");
  auto reader = open();
  Sample sample;
  sample.cpu_total_ns = 1;
  sample.cpu_user_ns = 2;
  sample.memory_usage = 3;
  sample.devices.emplace_back();
  sample.networks.emplace_back();
  ASSERT_TRUE(reader.read("/a", everything(), sample));
  EXPECT_EQ(sample.cpu_total_ns, 5'000U);
  EXPECT_EQ(sample.cpu_user_ns, 2U);
  EXPECT_EQ(sample.memory_usage, 3U) << "of the engine, from which nothing follows";
  EXPECT_FALSE(sample.memory_swap);
  EXPECT_EQ(sample.devices.size(), 1U);
  EXPECT_EQ(sample.networks.size(), 1U);
}

TEST_F(CgroupReaderTest, ReplacesTheDevices) {
  dir.add("a/io.stat", "8:0 rbytes=1\n");
  auto reader = open();
  Sample sample;
  sample.devices.resize(3);
  ASSERT_TRUE(reader.read("/a", everything(), sample));
  ASSERT_EQ(sample.devices.size(), 1U);
  EXPECT_EQ(sample.devices[0].major, 8U);
}

TEST_F(CgroupReaderTest, ReadsNothingThatIsNotWanted) {
  dir.add("a/cpu.stat", "usage_usec 5\n");
  dir.add("a/memory.current", "6\n");
  dir.add("a/pids.current", "7\n");
  dir.add("a/cgroup.procs", "8\n");
  auto reader = open();
  Sample sample;
  ASSERT_TRUE(reader.read("/a", metrics::parts_of({&Sample::threads}), sample));
  EXPECT_EQ(sample.threads, 7U);
  EXPECT_FALSE(sample.cpu_total_ns);
  EXPECT_FALSE(sample.memory_usage);
  EXPECT_FALSE(sample.processes);
}

TEST_F(CgroupReaderTest, CountsTheSwapOfTheMachineForTheRoot) {
  dir.add("memory.stat", "anon 1000\nfile 2000\ninactive_file 500\n");
  auto reader = open();
  Sample sample;
  ASSERT_TRUE(reader.read("/", Selection::parse("container_memory_usage_bytes")->parts(), sample));
  EXPECT_EQ(sample.memory_usage, 3'000U);
  EXPECT_EQ(sample.memory_swap, 4'096U);
  Limits limits;
  ASSERT_TRUE(reader.read_limits("/", limits));
  EXPECT_EQ(limits.memory_swap_bytes, 2'147'483'648U);
}

TEST_F(CgroupReaderTest, CountsReservedHugePagesAsUsed) {
  dir.add("a/hugetlb.2MB.current", "1\n");
  dir.add("a/hugetlb.2MB.rsvd.current", "2\n");
  dir.add("a/hugetlb.2MB.events", "max 3\n");
  dir.add("a/hugetlb.64KB.current", "4\n");
  auto reader = open();
  Sample sample;
  ASSERT_TRUE(reader.read("/a", everything(), sample));
  EXPECT_THAT(details_of(sample, Tail::hugetlb_usage), ElementsAre(std::pair("2MB ", 2), std::pair("64KB ", 4)));
  EXPECT_THAT(details_of(sample, Tail::hugetlb_max_usage), ElementsAre(std::pair("2MB ", 0), std::pair("64KB ", 0)));
  EXPECT_THAT(details_of(sample, Tail::hugetlb_failcnt), ElementsAre(std::pair("2MB ", 3)));
}

TEST_F(CgroupReaderTest, CountsAllProcessesAndNamesOnlyThoseItSees) {
  std::string text{"0\n0\n"};
  for (int pid = 1; pid <= 20'000; ++pid)
    text.append(std::to_string(pid)).append("\n");
  dir.add("a/cgroup.procs", text);
  auto reader = open();
  Sample sample;
  ASSERT_TRUE(reader.read("/a", metrics::parts_of({&Sample::processes}), sample));
  EXPECT_EQ(sample.processes, 20'002U);
  const auto pids = reader.processes("/a");
  ASSERT_EQ(pids.size(), 16'384U);
  EXPECT_EQ(pids.front(), 1U);
  EXPECT_EQ(pids.back(), 16'384U);
}

class EachTreeMetric : public testing::TestWithParam<metrics::Metric> {};

TEST_P(EachTreeMetric, NeedsAPartOfTheSample) {
  EXPECT_NE(Selection::parse(GetParam().name)->parts(), metrics::SampleParts{});
}

std::vector<metrics::Metric> tree_metrics() {
  std::vector<metrics::Metric> rows;
  for (const auto& metric : metrics::catalogue()) {
    if (metric.origin.mount == metrics::Need::tree) rows.push_back(metric);
  }
  return rows;
}
INSTANTIATE_TEST_SUITE_P(Catalogue, EachTreeMetric, testing::ValuesIn(tree_metrics()),
                         [](const auto& info) { return std::string{info.param.name}; });

TEST_F(CgroupReaderTest, MissesWhatItCannotReadAndMakesNoZerosOfIt) {
  dir.add("a/memory.current", "4096\n");
  dir.add("a/memory.stat", "anon 1000\nfile 2000\ninactive_file 96\n");
  dir.add("a/io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4\n");
  // A directory opens like a file, and cannot be read.
  for (const auto* const name : {"memory.events", "cpu.pressure", "pids.current", "cgroup.procs"})
    dir.add("a/" + std::string{name} + "/x", "");
  auto reader = open();
  Sample sample;
  ASSERT_TRUE(reader.read("/a", everything(), sample));
  for (const auto count : {&Sample::oom_events, &Sample::memory_events_high, &Sample::cpu_waiting_us,
                           &Sample::cpu_stalled_us, &Sample::threads, &Sample::processes}) {
    const auto& row = metrics::sample_counts.at(metrics::index_of(count));
    EXPECT_FALSE(sample.*count) << row.name;
    EXPECT_TRUE(sample.missed.has(count)) << row.name;
  }
  EXPECT_EQ(sample.io_waiting_us, 0U) << "this kernel has no such file";
  EXPECT_FALSE(sample.missed.has(&Sample::io_waiting_us));
  EXPECT_EQ(sample.memory_working_set, 4'000U);
  EXPECT_FALSE(sample.missed.devices);
}

TEST_F(CgroupReaderTest, MissesAllOfTheMemoryIfTheUsageCannotBeRead) {
  dir.add("a/memory.current/x", "");
  dir.add("a/memory.stat", "anon 1000\nfile 2000\ninactive_file 96\n");
  dir.add("a/io.stat/x", "");
  auto reader = open();
  Sample sample;
  ASSERT_TRUE(reader.read("/a", everything(), sample));
  EXPECT_TRUE(sample.missed.has(&Sample::memory_usage));
  EXPECT_TRUE(sample.missed.has(&Sample::memory_working_set));
  EXPECT_TRUE(sample.missed.has(&Sample::memory_swap)) << "0, if there is a memory controller";
  EXPECT_FALSE(sample.memory_swap);
  EXPECT_FALSE(sample.missed.has(&Sample::threads));
  EXPECT_TRUE(sample.missed.devices);
}

TEST_F(CgroupReaderTest, ReadsTheRootOfAPartAsACgroupLikeTheOthers) {
  dir.add("cgroup.type", "domain\n");
  dir.add("memory.current", "4096\n");
  dir.add("memory.stat", "anon 1000\nfile 2000\ninactive_file 96\n");
  dir.add("memory.max", "8192\n");
  auto reader = open();
  Sample sample;
  ASSERT_TRUE(reader.read("/", everything(), sample));
  EXPECT_EQ(sample.memory_usage, 4'096U) << "the sum is for the machine's root, which has no usage";
  Limits limits;
  ASSERT_TRUE(reader.read_limits("/", limits));
  EXPECT_EQ(limits.memory_bytes, 8'192U) << "not the machine's memory";
}

TEST_F(CgroupReaderTest, MissesOnVersion1Too) {
  std::filesystem::remove(dir.file("cgroup/cgroup.controllers"));
  for (const auto* const controller : {"memory", "cpuacct", "blkio"}) {
    dir.add(std::string{controller} + "/cgroup.procs", "1\n");
    dir.add(std::string{controller} + "/release_agent", "");
  }
  dir.add("memory/a/memory.usage_in_bytes", "4096\n");
  dir.add("memory/a/memory.oom_control/x", "");
  dir.add("memory/a/memory.numa_stat/x", "");
  dir.add("cpuacct/a/cpuacct.usage_percpu/x", "");
  dir.add("blkio/a", "");  // exists, and cannot be opened as a directory
  auto reader = open();
  Sample sample;
  ASSERT_TRUE(reader.read("/a", everything(), sample));
  EXPECT_TRUE(sample.missed.has(&Sample::oom_events));
  EXPECT_TRUE(sample.missed.has(Tail::memory_numa_pages));
  EXPECT_TRUE(sample.missed.cpus);
  EXPECT_TRUE(sample.missed.devices);
  EXPECT_FALSE(sample.missed.has(&Sample::threads)) << "there is no such hierarchy";
  EXPECT_EQ(sample.memory_usage, 4'096U);
}

TEST_F(CgroupReaderTest, LeavesALimitThatItCannotRead) {
  dir.add("a/cpu.max/x", "");
  dir.add("a/memory.max", "4096\n");
  auto reader = open();
  Limits limits;
  limits.cpu_quota_us = 50'000;
  ASSERT_TRUE(reader.read_limits("/a", limits));
  EXPECT_EQ(limits.cpu_quota_us, 50'000U) << "the engine's";
  EXPECT_EQ(limits.memory_bytes, 4'096U);
}

}  // namespace
}  // namespace cspy::host
