#include "host/proc_root.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "metrics/container.hpp"
#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::host {
namespace {

using metrics::Tail;
using testing::ElementsAre;
using testing::Pair;

constexpr UnixNanos started = 1'795'000'000 * nanos_per_second;
const std::string id(64, 'c');

std::map<std::string, std::uint64_t> values_of(const metrics::Sample& sample, Tail what) {
  std::map<std::string, std::uint64_t> values;
  for (const auto& detail : sample.details) {
    if (detail.what == what) values[detail.labels.substr(0, detail.labels.find('\0'))] = detail.value;
  }
  return values;
}

struct ProcRootTest : testing::Test {
  ProcRootTest() {
    write("stat", "cpu  1 2 3\n");
    write("1/cgroup", "0::/init.scope\n");
    write("70/cgroup", "0::/system.slice/docker-" + id + ".scope\n");
    std::filesystem::create_symlink("90", dir.file("self"));
  }
  void write(const std::string& path, std::string_view content) const {
    std::filesystem::create_directories(std::filesystem::path{dir.file(path)}.parent_path());
    test::write_file(dir.file(path), content);
  }
  [[nodiscard]] ProcRoot open() const { return ProcRoot::open(dir.file("")).value(); }
  test::TempDir dir;
  metrics::Sample sample;
};

TEST(ProcRoot, IsNoneWhereNoProcIsMounted) {
  constexpr std::string_view remedy =
      "mount the host's /proc (-v /proc:/host/proc:ro) and set proc_root to the place where it is mounted";
  const auto missing = ProcRoot::open("/nonexistent/proc");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::missing);
  EXPECT_EQ(missing.error().message, "/nonexistent/proc: No such file or directory");
  EXPECT_EQ(missing.error().remedy, remedy);
  const test::TempDir empty;
  const auto other = ProcRoot::open(empty.file(""));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::invalid);
  EXPECT_EQ(other.error().message, empty.file("") + ": not a /proc filesystem");
}

TEST_F(ProcRootTest, KnowsAContainersProcessByItsCgroup) {
  auto proc = open();
  EXPECT_TRUE(proc.holds(70, id));
  EXPECT_FALSE(proc.holds(1, id)) << "the number went to another process";
  EXPECT_FALSE(proc.holds(71, id));
  EXPECT_FALSE(proc.holds(0, id));
  EXPECT_FALSE(proc.holds(70, ""));
  EXPECT_EQ(proc.cgroup_of(70), "/system.slice/docker-" + id + ".scope");
  EXPECT_EQ(proc.cgroup_of(71), std::nullopt);
}

TEST_F(ProcRootTest, KnowsItsOwnProcess) {
  write("90/cgroup", "0::/\n");
  auto proc = open();
  EXPECT_TRUE(proc.is_own(90));
  EXPECT_FALSE(proc.is_own(91));
  EXPECT_FALSE(proc.holds(90, id)) << "its cgroup does not show an id";
}

TEST_F(ProcRootTest, ReplacesTheNetworks) {
  write("70/net/dev", "Inter-| Receive | Transmit\n face |bytes\n  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
  sample.networks.resize(2);
  open().read_networks(70, sample);
  EXPECT_FALSE(sample.missed.networks);
  ASSERT_EQ(sample.networks.size(), 1U);
  EXPECT_EQ(sample.networks[0].transmit_errors, Count{11});
  open().read_networks(71, sample);
  EXPECT_TRUE(sample.missed.networks) << "it was not read: this is not to have none";
}

TEST_F(ProcRootTest, NotesTheSocketsThatAreWanted) {
  write("70/net/tcp", "  sl  local_address rem_address   st\n   0: 00000000:0016 00000000:0000 0A 0:0\n");
  write("70/net/udp", "   sl\n  419: 0:9A 0:0 07 00000000:00000C00 00:00 00 65534 0 23423 2 0 4\n");
  write("70/net/udp6", "   sl\n");
  write("70/net/netstat", "TcpExt: TW\nTcpExt: 8\n");
  write("70/net/snmp", "Tcp: RtoMin\nTcp: 200\n");
  auto proc = open();
  proc.read_sockets(70, {.tcp = true, .udp = true}, sample);
  EXPECT_EQ(values_of(sample, Tail::tcp_usage).at("listen"), 1U);
  EXPECT_EQ(values_of(sample, Tail::tcp_usage).size(), 11U);
  EXPECT_TRUE(values_of(sample, Tail::tcp6_usage).empty()) << "IPv6 is off";
  EXPECT_EQ(values_of(sample, Tail::udp_usage).at("rxqueued"), 0xC00U);
  EXPECT_EQ(values_of(sample, Tail::udp6_usage).at("listen"), 0U);
  EXPECT_TRUE(values_of(sample, Tail::advanced_tcp).empty());
  metrics::Sample other;
  proc.read_sockets(70, {.advanced_tcp = true}, other);
  EXPECT_THAT(values_of(other, Tail::advanced_tcp), ElementsAre(Pair("rtomin", 200), Pair("tw", 8)));
  EXPECT_EQ(other.details.size(), 2U);
}

TEST_F(ProcRootTest, AddsUpTheTasksAndKeepsWhatEndedOnesHad) {
  write("70/schedstat", "100 10 1\n");
  write("71/schedstat", "50 5 2\n");
  for (const auto* const process : {"70", "71"})
    std::filesystem::create_directories(dir.file(std::string{process} + "/fd"));
  std::filesystem::create_symlink("socket:[1]", dir.file("70/fd/0"));
  std::filesystem::create_symlink("/dev/null", dir.file("71/fd/0"));
  auto proc = open();
  const std::vector<std::uint32_t> pids{70, 71, 72};
  proc.read_tasks(id, started, pids, {.sched = true, .descriptors = true}, sample);
  EXPECT_THAT(values_of(sample, Tail::schedstat_run_ns), ElementsAre(Pair("", 150)));
  EXPECT_THAT(values_of(sample, Tail::schedstat_runqueue_ns), ElementsAre(Pair("", 15)));
  EXPECT_THAT(values_of(sample, Tail::schedstat_periods), ElementsAre(Pair("", 3)));
  EXPECT_THAT(values_of(sample, Tail::file_descriptors), ElementsAre(Pair("", 2)));
  EXPECT_THAT(values_of(sample, Tail::sockets), ElementsAre(Pair("", 1)));
  std::filesystem::remove_all(dir.file("71"));
  metrics::Sample later;
  proc.begin_round([](std::string_view, UnixNanos) { return false; });
  proc.read_tasks(id, started, pids, {.sched = true}, later);
  EXPECT_THAT(values_of(later, Tail::schedstat_run_ns), ElementsAre(Pair("", 150)));
  EXPECT_TRUE(values_of(later, Tail::sockets).empty());
}

TEST_F(ProcRootTest, HasNoSumOfProcessesThatAreNotHere) {
  auto proc = open();
  const std::vector<std::uint32_t> pids{70'001, 70'002};
  proc.read_tasks(id, started, pids, {.sched = true, .descriptors = true}, sample);
  EXPECT_TRUE(sample.details.empty());
  EXPECT_TRUE(sample.missed.has(Tail::schedstat_run_ns));
  EXPECT_TRUE(sample.missed.has(Tail::file_descriptors));
}

TEST_F(ProcRootTest, MissesTheSocketsThatItCannotRead) {
  write("70/net/tcp/x", "");
  write("70/net/udp", "");
  auto proc = open();
  proc.read_sockets(70, {.tcp = true, .udp = true}, sample);
  EXPECT_TRUE(sample.missed.has(Tail::tcp_usage));
  EXPECT_FALSE(sample.missed.has(Tail::tcp6_usage)) << "the kernel has no IPv6";
  EXPECT_FALSE(sample.missed.has(Tail::udp_usage));
  proc.read_sockets(71, {.udp = true}, sample);
  EXPECT_TRUE(sample.missed.has(Tail::udp_usage)) << "the process is not there";
}

TEST_F(ProcRootTest, TellsTheLimitOfOpenFiles) {
  write("70/limits", "Limit   Soft Limit  Hard Limit  Units\nMax open files            1024        524288   files\n");
  EXPECT_EQ(open().open_files_soft(70), Count{1'024});
  EXPECT_EQ(open().open_files_soft(71), Count{});
}

TEST(ProcRoot, ReadsThisMachinesOwn) {
  auto proc = ProcRoot::open("/proc").value();
  const auto pid = static_cast<std::uint32_t>(::getpid());
  EXPECT_TRUE(proc.cgroup_of(pid));
  EXPECT_TRUE(proc.open_files_soft(pid));
  metrics::Sample sample;
  proc.read_networks(pid, sample);
  EXPECT_FALSE(sample.missed.networks);
  proc.read_sockets(pid, {.tcp = true, .udp = true, .advanced_tcp = true}, sample);
  proc.read_tasks("self", started, {&pid, 1}, {.sched = true, .descriptors = true}, sample);
  EXPECT_EQ(values_of(sample, Tail::tcp_usage).size(), 11U);
  EXPECT_GT(values_of(sample, Tail::advanced_tcp).size(), 60U);
  EXPECT_GE(values_of(sample, Tail::file_descriptors).at(""), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(
      sample.details, {}, [](const metrics::Detail& detail) { return std::tie(detail.what, detail.labels); }));
}

}  // namespace
}  // namespace cspy::host
