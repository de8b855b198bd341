#include "host/cgroup_tree.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "metrics/catalogue.hpp"
#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

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

CgroupWanted everything() {
  return wanted_of(*Selection::parse("all"));
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

/// A tree of version 2 to be filled.
struct CgroupTreeTest : testing::Test {
  CgroupTreeTest() {
    add("cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
    std::filesystem::create_directories(dir.file("proc"));
    test::write_file(dir.file("proc/stat"), "cpu  1 2 3\nbtime 1795446954\n");
    test::write_file(dir.file("proc/meminfo"),
                     "MemTotal:        4007120 kB\nSwapTotal:       2097152 kB\nSwapFree:        2097148 kB\n");
  }
  void add(const std::string& file, const std::string& text) const {
    const std::filesystem::path path{dir.file("cgroup/" + file)};
    std::filesystem::create_directories(path.parent_path());
    test::write_file(path.string(), text);
  }
  [[nodiscard]] Result<CgroupTree> open() const { return CgroupTree::open(dir.file("cgroup"), dir.file("proc")); }
  test::TempDir dir;
};

struct RecordedV2 : testing::Test {
  CgroupTree tree = *CgroupTree::open(test::data_path("fleet-cadvisor/cgroup"), test::data_path("fleet-cadvisor/proc"));
};
struct RecordedV1 : testing::Test {
  CgroupTree tree = *CgroupTree::open(test::data_path("cgroup-v1"), test::data_path("fleet-cadvisor/proc"));
};

TEST_F(RecordedV2, ReadsAContainer) {
  EXPECT_EQ(tree.version(), 2U);
  Sample sample;
  ASSERT_TRUE(tree.read(oomonce, everything(), sample));
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
  ASSERT_TRUE(tree.read("/", everything(), sample));
  EXPECT_EQ(sample.cpu_total_ns, 522'540'000'000U);
  EXPECT_EQ(sample.memory_usage, 495'423'488U);
  EXPECT_EQ(sample.memory_swap, 0U);
  EXPECT_EQ(sample.memory_max_usage, 0U);
  EXPECT_FALSE(sample.threads);
  EXPECT_FALSE(sample.oom_events);
  ASSERT_EQ(sample.devices.size(), 1U) << "the other two have counted nothing";
  EXPECT_EQ(sample.devices[0].reads, 2'216U);
  Limits limits;
  ASSERT_TRUE(tree.read_limits("/", limits));
  EXPECT_EQ(limits.memory_bytes, 4'103'290'880U);
  EXPECT_EQ(limits.memory_swap_bytes, 0U);
  EXPECT_EQ(limits.memory_reservation_bytes, 0U);
  EXPECT_EQ(limits.cpu_period_us, 0U);
  EXPECT_EQ(limits.cpu_shares, 0U);
}

TEST_F(RecordedV2, ListsTheCgroupsBelowTheRoot) {
  const auto paths = tree.paths();
  ASSERT_EQ(paths.size(), 12U);
  EXPECT_EQ(paths.front(), "/docker");
  EXPECT_EQ(paths.at(9), oomonce);
}

TEST_F(RecordedV2, FindsAContainerByItsId) {
  EXPECT_EQ(tree.find(oomonce.substr(8)), oomonce);
  EXPECT_EQ(tree.find("0123456789abcdef"), std::nullopt);
  EXPECT_EQ(tree.find(""), std::nullopt);
}

TEST_F(RecordedV1, ReadsAContainer) {
  EXPECT_EQ(tree.version(), 1U);
  Sample sample;
  ASSERT_TRUE(tree.read(web_v1, everything(), sample));
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
  ASSERT_TRUE(tree.read(web_v1, {.io = true}, sample));
  ASSERT_EQ(sample.devices.size(), 2U);
  EXPECT_EQ(sample.devices[0].reads, 41U);
  EXPECT_EQ(sample.devices[0].read_bytes, 1'835'008U);
  EXPECT_EQ(sample.devices[0].sync_bytes, 1'900'544U);
  EXPECT_EQ(sample.devices[1].minor, 16U);
  EXPECT_FALSE(sample.devices[1].reads_merged);
}

TEST_F(RecordedV1, ReadsLimits) {
  Limits limits;
  ASSERT_TRUE(tree.read_limits(web_v1, limits));
  EXPECT_EQ(limits.memory_bytes, 67'108'864U);
  EXPECT_EQ(limits.memory_swap_bytes, 134'217'728U);
  EXPECT_EQ(limits.memory_reservation_bytes, 0U);
  EXPECT_EQ(limits.cpu_period_us, 100'000U);
  EXPECT_EQ(limits.cpu_quota_us, 50'000U);
  EXPECT_EQ(limits.cpu_shares, 512U);
}

TEST_F(RecordedV1, ListsTheCgroupsOfAllHierarchiesWithoutMounts) {
  EXPECT_THAT(tree.paths(), ElementsAre("/docker", web_v1, "/system.slice", "/user.slice"));
}

TEST_F(RecordedV1, FindsAContainerByItsIdAndItsProcesses) {
  EXPECT_EQ(tree.find(web_v1.substr(8)), web_v1);
  EXPECT_THAT(tree.processes(web_v1), ElementsAre(13'041U, 13'049U));
  EXPECT_THAT(tree.processes("/gone"), IsEmpty());
}

TEST_F(CgroupTreeTest, SaysWhatIsNotThere) {
  const auto missing = CgroupTree::open(dir.file("none"), dir.file("proc"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::missing);
  EXPECT_EQ(missing.error().message, dir.file("none") + ": No such file or directory");
  EXPECT_EQ(missing.error().remedy, "mount the host's tree with '-v /sys/fs/cgroup:" + dir.file("none") + ":ro'");
}

TEST_F(CgroupTreeTest, RefusesADirectoryThatIsNoTree) {
  const auto tree = CgroupTree::open(dir.file("proc"), dir.file("proc"));
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, Code::invalid);
  EXPECT_EQ(tree.error().message, dir.file("proc") + " is no cgroup tree");
}

TEST_F(CgroupTreeTest, RefusesATreeThatIsOnlyOurOwnPart) {
  add("cgroup.type", "domain\n");
  const auto tree = open();
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, Code::invalid);
  EXPECT_EQ(tree.error().message,
            dir.file("cgroup") + " shows only the part of the cgroup tree that this process itself is in");
  EXPECT_EQ(tree.error().remedy, "mount the host's /sys/fs/cgroup there with '-v /sys/fs/cgroup:" + dir.file("cgroup") +
                                     ":ro', or run in the host's cgroup namespace with '--cgroupns host'");
}

TEST_F(CgroupTreeTest, RefusesAPartOfVersion1Too) {
  std::filesystem::remove(dir.file("cgroup/cgroup.controllers"));
  add("memory/cgroup.procs", "1\n");
  ASSERT_FALSE(open());
  add("memory/release_agent", "");
  const auto tree = open();
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->version(), 1U);
}

TEST_F(CgroupTreeTest, IsOfVersion1WhereBothAreMounted) {
  std::filesystem::rename(dir.file("cgroup/cgroup.controllers"), dir.file("cgroup.controllers"));
  add("unified/cgroup.controllers", "");
  add("cpu,cpuacct/cgroup.procs", "");
  add("cpu,cpuacct/release_agent", "");
  add("cpu,cpuacct/a/cpuacct.usage", "7\n");
  add("cpu,cpuacct/a/cpu.shares", "2\n");
  auto tree = open();
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->version(), 1U);
  Sample sample;
  Limits limits;
  EXPECT_TRUE(tree->read("/a", everything(), sample));
  EXPECT_TRUE(tree->read_limits("/a", limits));
  EXPECT_EQ(sample.cpu_total_ns, 7U);
  EXPECT_FALSE(sample.memory_swap) << "there is no hierarchy of memory";
  EXPECT_EQ(limits.cpu_shares, 2U);
  EXPECT_FALSE(limits.memory_bytes);
}

TEST_F(CgroupTreeTest, DoesNotLeaveTheTree) {
  add("docker/f00d/pids.current", "1\n");
  add("../outside/pids.current", "1\n");
  auto tree = *open();
  Sample sample;
  const CgroupWanted threads{.threads = true};
  EXPECT_TRUE(tree.read("/docker/f00d", threads, sample));
  using namespace std::string_literals;
  const std::string long_path = "/" + std::string(10'000, 'a');
  for (const auto& path : {"/../outside"s, "/docker/../../outside"s, "/docker/.."s, "docker/f00d"s, ""s, "/."s,
                           "/docker/f00d\0/x"s, long_path}) {
    EXPECT_FALSE(tree.has(path)) << path;
    EXPECT_FALSE(tree.read(path, threads, sample)) << path;
    EXPECT_EQ(tree.created(path), 0U) << path;
    EXPECT_THAT(tree.processes(path), IsEmpty()) << path;
    Limits limits;
    EXPECT_FALSE(tree.read_limits(path, limits)) << path;
  }
  EXPECT_FALSE(tree.has("/docker/..f00d"));
  EXPECT_TRUE(tree.has("/docker/f00d/"));
}

TEST_F(CgroupTreeTest, LeavesAloneWhatItDoesNotSay) {
  add("a/cpu.stat", "usage_usec 5\n");
  auto tree = *open();
  Sample sample;
  sample.cpu_total_ns = 1;
  sample.cpu_user_ns = 2;
  sample.memory_usage = 3;
  sample.devices.emplace_back();
  sample.networks.emplace_back();
  ASSERT_TRUE(tree.read("/a", everything(), sample));
  EXPECT_EQ(sample.cpu_total_ns, 5'000U);
  EXPECT_EQ(sample.cpu_user_ns, 2U);
  EXPECT_EQ(sample.memory_usage, 3U) << "of the engine, from which nothing follows";
  EXPECT_FALSE(sample.memory_swap);
  EXPECT_EQ(sample.devices.size(), 1U);
  EXPECT_EQ(sample.networks.size(), 1U);
}

TEST_F(CgroupTreeTest, ReplacesTheDevices) {
  add("a/io.stat", "8:0 rbytes=1\n");
  auto tree = *open();
  Sample sample;
  sample.devices.resize(3);
  ASSERT_TRUE(tree.read("/a", everything(), sample));
  ASSERT_EQ(sample.devices.size(), 1U);
  EXPECT_EQ(sample.devices[0].major, 8U);
}

TEST_F(CgroupTreeTest, ReadsNothingThatIsNotWanted) {
  add("a/cpu.stat", "usage_usec 5\n");
  add("a/memory.current", "6\n");
  add("a/pids.current", "7\n");
  add("a/cgroup.procs", "8\n");
  auto tree = *open();
  Sample sample;
  ASSERT_TRUE(tree.read("/a", {.threads = true}, sample));
  EXPECT_EQ(sample.threads, 7U);
  EXPECT_FALSE(sample.cpu_total_ns);
  EXPECT_FALSE(sample.memory_usage);
  EXPECT_FALSE(sample.processes);
}

TEST_F(CgroupTreeTest, CountsTheSwapOfTheMachineForTheRoot) {
  add("memory.stat", "anon 1000\nfile 2000\ninactive_file 500\n");
  auto tree = *open();
  Sample sample;
  ASSERT_TRUE(tree.read("/", wanted_of(*Selection::parse("container_memory_usage_bytes")), sample));
  EXPECT_EQ(sample.memory_usage, 3'000U);
  EXPECT_EQ(sample.memory_swap, 4'096U);
  Limits limits;
  ASSERT_TRUE(tree.read_limits("/", limits));
  EXPECT_EQ(limits.memory_swap_bytes, 2'147'483'648U);
}

TEST_F(CgroupTreeTest, CountsReservedHugePagesAsUsed) {
  add("a/hugetlb.2MB.current", "1\n");
  add("a/hugetlb.2MB.rsvd.current", "2\n");
  add("a/hugetlb.2MB.events", "max 3\n");
  add("a/hugetlb.64KB.current", "4\n");
  auto tree = *open();
  Sample sample;
  ASSERT_TRUE(tree.read("/a", {.hugetlb = true}, sample));
  EXPECT_THAT(details_of(sample, Tail::hugetlb_usage), ElementsAre(std::pair("2MB ", 2), std::pair("64KB ", 4)));
  EXPECT_THAT(details_of(sample, Tail::hugetlb_max_usage), ElementsAre(std::pair("2MB ", 0), std::pair("64KB ", 0)));
  EXPECT_THAT(details_of(sample, Tail::hugetlb_failcnt), ElementsAre(std::pair("2MB ", 3)));
}

TEST_F(CgroupTreeTest, CountsAllProcessesAndNamesOnlyThoseItSees) {
  std::string text{"0\n0\n"};
  for (int pid = 1; pid <= 20'000; ++pid)
    text.append(std::to_string(pid)).append("\n");
  add("a/cgroup.procs", text);
  auto tree = *open();
  Sample sample;
  ASSERT_TRUE(tree.read("/a", {.processes = true}, sample));
  EXPECT_EQ(sample.processes, 20'002U);
  const auto pids = tree.processes("/a");
  ASSERT_EQ(pids.size(), 16'384U);
  EXPECT_EQ(pids.front(), 1U);
  EXPECT_EQ(pids.back(), 16'384U);
}

TEST_F(CgroupTreeTest, FindsTheContainerAndNotItsMonitor) {
  add("machine.slice/libpod-conmon-f00d.scope/pids.current", "1\n");
  add("machine.slice/libpod-f00d.scope/container/pids.current", "1\n");
  EXPECT_EQ(open()->find("f00d"), "/machine.slice/libpod-f00d.scope");
}

void set_modified(const std::string& path, std::int64_t seconds) {
  const std::array<timespec, 2> times{timespec{.tv_sec = seconds, .tv_nsec = 5}, {.tv_sec = seconds, .tv_nsec = 5}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
}

TEST_F(CgroupTreeTest, WasMadeWhenItsRarelyWrittenFileWas) {
  add("a/cgroup.events", "populated 1\n");
  set_modified(dir.file("cgroup/a/cgroup.events"), 1'795'447'000);
  set_modified(dir.file("cgroup/a"), 1'795'448'000);
  EXPECT_EQ(open()->created("/a"), 1'795'447'000'000'000'005U);
  set_modified(dir.file("cgroup/a"), 1'795'446'999);
  EXPECT_EQ(open()->created("/a"), 1'795'446'999'000'000'005U);
  set_modified(dir.file("cgroup/a"), 1'000);
  EXPECT_EQ(open()->created("/a"), 1'795'446'954'000'000'000U) << "not before the machine started";
}

TEST(CgroupWantedOf, NothingForWhatTheTreeDoesNotGive) {
  EXPECT_EQ(wanted_of(*Selection::parse("none")), CgroupWanted{});
  EXPECT_EQ(wanted_of(*Selection::parse("general,spec,network,lifecycle")), CgroupWanted{});
}

class EachTreeMetric : public testing::TestWithParam<metrics::Metric> {};

TEST_P(EachTreeMetric, HasAFileThatIsReadForIt) {
  EXPECT_NE(wanted_of(*Selection::parse(GetParam().name)), CgroupWanted{});
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

}  // namespace
}  // namespace cspy::host
