// The machine's files against an engine's containers: which are believed, and what they give.
#include "app/host_side.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/limits.hpp"
#include "metrics/sample_parts.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::app {
namespace {

const std::string id(64, 'a');

void write(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
  std::ofstream{path} << text;
}

struct HostSideTest : testing::Test {
  HostSideTest() {
    options.cgroup_root = dir.file("cgroup");
    options.proc_root = dir.file("proc");
    write(dir.file("cgroup/cgroup.controllers"), "cpu memory\n");
    write(dir.file("proc/stat"), "btime 1795000000\n");
    write(dir.file("proc/1/cgroup"), "0::/init\n");
    write(dir.file("own/stat"), "btime 1795000000\n");
    std::filesystem::create_directory_symlink("1", dir.file("proc/self"));
    elsewhere.kernel_version = "of another machine";
  }

  /// A container's cgroup with some of its files.
  void add_cgroup(const std::string& path) const {
    write(dir.file("cgroup" + path + "/cpu.stat"), "usage_usec 7000000\nuser_usec 4000000\nsystem_usec 3000000\n");
    write(dir.file("cgroup" + path + "/memory.current"), "4096\n");
    write(dir.file("cgroup" + path + "/memory.stat"), "anon 1000\nfile 2000\ninactive_file 96\n");
    write(dir.file("cgroup" + path + "/memory.max"), "67108864\n");
    write(dir.file("cgroup" + path + "/cpu.max"), "50000 100000\n");
    write(dir.file("cgroup" + path + "/cpu.weight"), "59\n");
  }
  void add_process(unsigned pid, const std::string& path) const {
    const auto process = dir.file("proc/" + std::to_string(pid));
    write(process + "/cgroup", "0::" + path + "\n");
    write(
        process + "/net/dev",
        "Inter-|   Receive  |  Transmit\n face |bytes packets errs drop fifo frame compressed multicast|bytes packets "
        "errs drop fifo colls carrier compressed\n"
        "  eth0: 100 2 3 4 0 0 0 0 500 6 7 8 0 0 0 0\n");
    write(process + "/limits",
          "Limit Soft Limit Hard Limit Units\nMax open files            1048576   1048576   files\n");
  }
  HostSide& opened() {
    side.emplace(options, capture.log, host::MachinePaths{.proc = dir.file("own"), .sys = dir.file("sys")});
    const auto prepared = side->prepare();
    EXPECT_TRUE(prepared) << prepared.error().message;
    return *side;
  }
  /// With the usual places, below the folder "agent".
  void open_below_agent() {
    options.cgroup_root = options.proc_root = "";
    side.emplace(options, capture.log,
                 host::MachinePaths{.proc = dir.file("own"), .sys = dir.file("sys"), .own_root = dir.file("agent")});
    ASSERT_TRUE(side->prepare());
  }
  [[nodiscard]] metrics::Container container(std::uint32_t pid = 0) const {
    auto made = *test::make_container(id, "web");
    made.labels = made.labels.with("id", "/docker/" + id);
    made.pid = pid;
    made.limits.open_files_soft = {};
    return made;
  }

  test::TempDir dir;
  test::LogCapture capture;
  Options options;
  docker::Engine here, elsewhere;
  metrics::Fleet fleet;
  std::optional<HostSide> side;
};

TEST(ContainerPart, EndsWithTheElementThatHasTheId) {
  EXPECT_EQ(container_part("/docker/" + id, id), "/docker/" + id);
  EXPECT_EQ(container_part("/machine.slice/libpod-" + id + ".scope/container", id),
            "/machine.slice/libpod-" + id + ".scope");
  EXPECT_EQ(container_part("/docker/" + id + "/init.scope", id), "/docker/" + id);
  EXPECT_EQ(container_part("/../docker-" + id + ".scope", id), std::nullopt) << "out of our cgroup namespace";
  EXPECT_EQ(container_part("/system.slice/cron.service", id), std::nullopt);
}

TEST_F(HostSideTest, FindsTheHostsRootWhereCadvisorHasIt) {
  const std::filesystem::path rootfs{dir.file("agent/rootfs")};
  std::filesystem::create_directories(rootfs / "sys/fs");
  std::filesystem::create_directory_symlink(dir.file("cgroup"), rootfs / "sys/fs/cgroup");
  std::filesystem::create_directory_symlink(dir.file("proc"), rootfs / "proc");
  add_cgroup("/docker/" + id);
  add_process(200, "/docker/" + id);
  open_below_agent();
  auto web = container(200);
  side->add_local_facts(here, web);
  side->meet(here, true);
  EXPECT_NE(side->cgroups(), nullptr);
  EXPECT_NE(side->proc(), nullptr);
  EXPECT_THAT(capture.lines, testing::ElementsAre(testing::HasSubstr("cgroups=" + (rootfs / "sys/fs/cgroup").string() +
                                                                     " processes=" + (rootfs / "proc").string())));
}

TEST_F(HostSideTest, PassesOverAnEmptyPlace) {
  // A mount of / that does not include the mounts below it.
  std::filesystem::create_directories(dir.file("agent/rootfs/sys/fs/cgroup"));
  std::filesystem::create_directories(dir.file("agent/rootfs/proc"));
  std::filesystem::create_directories(dir.file("agent/sys/fs"));
  std::filesystem::create_directory_symlink(dir.file("cgroup"), dir.file("agent/sys/fs/cgroup"));
  std::filesystem::create_directory_symlink(dir.file("proc"), dir.file("agent/proc"));
  add_cgroup("/docker/" + id);
  add_process(200, "/docker/" + id);
  open_below_agent();
  auto web = container(200);
  side->add_local_facts(here, web);
  EXPECT_NE(side->cgroups(), nullptr);
  EXPECT_NE(side->proc(), nullptr);
}

TEST_F(HostSideTest, BelievesNoRootOfAnotherMachine) {
  std::filesystem::create_directories(dir.file("agent/rootfs/sys/fs"));
  std::filesystem::create_directory_symlink(dir.file("cgroup"), dir.file("agent/rootfs/sys/fs/cgroup"));
  std::filesystem::create_directory_symlink(dir.file("proc"), dir.file("agent/rootfs/proc"));
  add_cgroup("/docker/" + std::string(64, 'b'));
  add_process(200, "/docker/" + std::string(64, 'b'));
  open_below_agent();
  auto web = container(200);
  side->add_local_facts(here, web);
  EXPECT_EQ(side->cgroups(), nullptr);
  EXPECT_EQ(side->proc(), nullptr);
}

TEST_F(HostSideTest, ReadsTheIdsOfTheMachineFromTheConfiguredFiles) {
  write(dir.file("machine"), "0123\n");
  write(dir.file("boot"), "b-1\n");
  options.machine_id_file = dir.file("none") + ", " + dir.file("machine") + ",";
  options.boot_id_file = dir.file("boot");
  EXPECT_EQ(opened().machine().machine_id, "0123");
  EXPECT_EQ(side->machine().boot_id, "b-1");
}

TEST_F(HostSideTest, TakesLimitsAndNumbersFromTheTree) {
  add_cgroup("/docker/" + id);
  auto& host = opened();
  auto web = container();
  host.add_local_facts(here, web);
  EXPECT_EQ(web.limits.memory_bytes, 67'108'864U);
  EXPECT_EQ(web.limits.cpu_quota_us, 50'000U);
  EXPECT_EQ(web.limits.cpu_shares, 1'522U);
  metrics::Sample sample;
  const auto given = host.read(web, nullptr, sample).value();
  EXPECT_TRUE(given.tree);
  EXPECT_FALSE(given.proc);
  EXPECT_EQ(sample.cpu_total_ns, 7'000'000'000U);
  EXPECT_EQ(sample.memory_working_set, 4'000U);
}

TEST_F(HostSideTest, TakesTheNetworkFromAProcessThatIsTheContainers) {
  add_process(4711, "/docker/" + id);
  auto& host = opened();
  auto web = container(4711);
  host.add_local_facts(here, web);
  EXPECT_EQ(web.limits.open_files_soft, 1'048'576U);
  metrics::Sample sample;
  EXPECT_TRUE(host.read(web, nullptr, sample)->proc);
  ASSERT_EQ(sample.networks.size(), 1U);
  EXPECT_EQ(sample.networks[0].receive_errors, 3U);
}

TEST_F(HostSideTest, BelievesNoProcessOfAnother) {
  add_process(4711, "/system.slice/cron.service");
  auto& host = opened();
  auto web = container(4711);
  host.add_local_facts(here, web);
  EXPECT_FALSE(web.limits.open_files_soft);
  metrics::Sample sample;
  const auto given = host.read(web, nullptr, sample).value();
  EXPECT_FALSE(given.proc);
  EXPECT_FALSE(given.tree);
  EXPECT_TRUE(sample.networks.empty());
  EXPECT_EQ(host.proc(), nullptr);
}

TEST_F(HostSideTest, FindsACgroupThatIsNotWhereItWasExpected) {
  add_cgroup("/batch/" + id);
  auto& host = opened();
  auto web = container();
  host.add_local_facts(here, web);
  EXPECT_EQ(web.labels.get("id"), "/batch/" + id);
  EXPECT_EQ(web.labels.get("name"), "web");
  EXPECT_EQ(web.limits.memory_bytes, 67'108'864U);
}

TEST_F(HostSideTest, AsksTheProcessBeforeItWalksTheTree) {
  add_process(4711, "/batch/night/" + id);
  options.cgroup_root = "none";
  auto& host = opened();
  auto web = container(4711);
  host.add_local_facts(here, web);
  EXPECT_EQ(web.labels.get("id"), "/batch/night/" + id);
}

TEST_F(HostSideTest, ReportsNothingOfThisMachineUntilAContainerIsFoundOnIt) {
  std::filesystem::create_directories(dir.file("sys/dev/block"));
  std::filesystem::create_symlink("../../devices/virtio/block/vda", dir.file("sys/dev/block/254:0"));
  write(dir.file("own/meminfo"), "MemTotal: 4 kB\n");
  auto& host = opened();
  // A clone of this machine's image, over TCP: the same kernel, memory and name.
  here.kernel_version = "6.1.0-56-amd64";
  here.memory_bytes = 4'096;
  auto web = container(4711);
  host.add_local_facts(here, web);
  host.meet(here, true);
  EXPECT_FALSE(host.engine_is_here());
  EXPECT_EQ(host.cgroups(), nullptr);
  EXPECT_EQ(host.device_name(254, 0), "");
  add_cgroup("/docker/" + id);
  host.add_local_facts(here, web);
  EXPECT_TRUE(host.engine_is_here());
  EXPECT_NE(host.cgroups(), nullptr);
  EXPECT_EQ(host.device_name(254, 0), "/dev/vda");
}

TEST_F(HostSideTest, StopsSearchingATreeThatHasNoContainer) {
  auto& host = opened();
  host.meet(elsewhere, false);
  for (int i = 0; i < 8; ++i) {
    auto other = container();
    other.id = std::string(63, 'b') + std::to_string(i);
    other.labels = other.labels.with("id", "/docker/" + other.id);
    host.add_local_facts(elsewhere, other);
  }
  add_cgroup("/batch/" + id);
  auto web = container();
  host.add_local_facts(elsewhere, web);
  EXPECT_EQ(web.labels.get("id"), "/docker/" + id) << "a walk takes time";
  host.meet(elsewhere, true);
  host.add_local_facts(elsewhere, web);
  EXPECT_EQ(web.labels.get("id"), "/batch/" + id) << "with each connection it is looked for anew";
}

TEST_F(HostSideTest, TakesAPartOfATreeThatHasTheEnginesContainers) {
  write(dir.file("cgroup/cgroup.type"), "domain\n");  // the root of a system container
  add_cgroup("/docker/" + id);
  auto& host = opened();
  auto web = container();
  host.add_local_facts(here, web);
  EXPECT_TRUE(host.engine_is_here());
  metrics::Sample sample;
  EXPECT_TRUE(host.read(web, nullptr, sample)->tree);
  EXPECT_EQ(sample.cpu_total_ns, 7'000'000'000U);
}

TEST_F(HostSideTest, SaysWhyAPartOfATreeIsGoodForNothing) {
  write(dir.file("cgroup/cgroup.type"), "domain\n");
  options.proc_root = "none";
  auto& host = opened();
  auto web = container();
  host.add_local_facts(here, web);
  host.meet(here, true);
  EXPECT_THAT(capture.lines,
              testing::ElementsAre("level=warn msg=\"found no container of this engine at the configured place: asking "
                                   "the engine instead\" setting=cgroup_root place=" +
                                   options.cgroup_root +
                                   " remedy=\"the directory shows only this process's own part of the tree: mount "
                                   "/sys/fs/cgroup of the engine's host there, read-only, or run in the host's cgroup "
                                   "namespace with '--cgroupns host'\""));
}

TEST_F(HostSideTest, BelievesAProcessOutsideOfItsOwnCgroupNamespace) {
  add_process(4711, "/../docker-" + id + ".scope");
  auto& host = opened();
  auto web = container(4711);
  host.add_local_facts(here, web);
  EXPECT_NE(host.proc(), nullptr);
  EXPECT_EQ(web.labels.get("id"), "/docker/" + id) << "a path out of the namespace is not the container's";
}

TEST_F(HostSideTest, KnowsFromItsOwnProcThatTheEngineIsHereWhateverTheSettingsAre) {
  options.cgroup_root = options.proc_root = "none";
  write(dir.file("own/1/cgroup"), "0::/init\n");
  write(dir.file("own/4711/cgroup"), "0::/docker/" + id + "\n");
  auto& host = opened();
  auto web = container(1);
  host.add_local_facts(here, web);
  EXPECT_FALSE(host.engine_is_here());
  web.pid = 4711;
  host.add_local_facts(here, web);
  EXPECT_TRUE(host.engine_is_here());
  EXPECT_EQ(host.proc(), nullptr) << "not to be read";
  metrics::Sample sample;
  EXPECT_EQ(host.read(web, nullptr, sample), metrics::Sources{});
}

TEST_F(HostSideTest, BelievesNoIdThatIsCutOff) {
  const std::string part(12, 'a');
  add_cgroup("/docker/" + part);
  auto& host = opened();
  auto web = container();
  web.id = part;
  web.labels = web.labels.with("id", "/docker/" + part);
  host.add_local_facts(here, web);
  EXPECT_FALSE(host.engine_is_here());
}

TEST_F(HostSideTest, SaysOnceWhatItReadsAndWhatASettingIsGoodForNothing) {
  add_cgroup("/docker/" + id);
  auto& host = opened();
  auto web = container();
  host.add_local_facts(here, web);
  host.meet(here, true);
  EXPECT_THAT(
      capture.lines,
      testing::ElementsAre("level=info msg=\"reading container metrics from this machine's own files\" cgroups=" +
                               options.cgroup_root + " processes=\"\"",
                           "level=warn msg=\"found no container of this engine at the configured place: "
                           "asking the engine instead\" setting=proc_root place=" +
                               options.proc_root + " remedy=\"mount /proc of the engine's host there, read-only\""));
}

TEST_F(HostSideTest, KnowsTheContainerThatItRunsIn) {
  add_process(1, "/");  // in its own cgroup namespace
  write(dir.file("own/self/mountinfo"),
        "600 592 8:1 /var/lib/docker/containers/" + id + "/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw\n");
  auto& host = opened();
  auto other = container(1);
  other.id = std::string(64, 'b');
  host.add_local_facts(here, other);
  EXPECT_FALSE(other.limits.open_files_soft) << "a container on another machine has the number that we have here";
  EXPECT_FALSE(host.engine_is_here());
  auto own = container(1);
  host.add_local_facts(here, own);
  EXPECT_EQ(own.limits.open_files_soft, 1'048'576U);
  EXPECT_TRUE(host.engine_is_here()) << "it lists the container that we run in";
  EXPECT_EQ(host.cgroups(), nullptr) << "no container was found in the tree";
}

TEST_F(HostSideTest, ReadsNothingFromPlacesInWhichNoContainerWasFound) {
  auto& host = opened();
  auto web = container(4711);
  host.add_local_facts(here, web);
  host.meet(here, true);
  // There is something to read now, but no container has proven it to be the engine's: a round does not look for it.
  add_cgroup("/docker/" + id);
  add_process(4711, "/docker/" + id);
  metrics::Sample sample;
  const auto given = host.read(web, nullptr, sample).value();
  EXPECT_FALSE(given.tree);
  EXPECT_FALSE(given.proc);
  EXPECT_FALSE(sample.cpu_total_ns);
  host.add_local_facts(here, web);
  EXPECT_TRUE(host.read(web, nullptr, sample)->tree);
  EXPECT_EQ(sample.cpu_total_ns, 7'000'000'000U);
}

TEST_F(HostSideTest, AsksForProofAnewOfAnotherEngine) {
  add_cgroup("/docker/" + id);
  auto& host = opened();
  auto web = container();
  host.add_local_facts(elsewhere, web);
  host.meet(elsewhere, true);
  EXPECT_TRUE(host.engine_is_here()) << "its container is in our tree, whatever it says";
  auto another = elsewhere;
  another.name = "second";
  auto other = container();
  other.id = std::string(64, 'b');
  other.labels = other.labels.with("id", "/docker/" + other.id);
  host.add_local_facts(another, other);
  host.meet(another, true);
  EXPECT_FALSE(host.engine_is_here());
  EXPECT_EQ(host.cgroups(), nullptr);
}

TEST_F(HostSideTest, SaysWhatItReadsWhenTheFirstContainerComesLate) {
  auto& host = opened();
  host.meet(here, false);
  EXPECT_THAT(capture.lines, testing::IsEmpty()) << "nothing is known of the places yet";
  add_cgroup("/docker/" + id);
  auto web = container();
  host.add_local_facts(here, web);
  host.add_local_facts(here, web);
  EXPECT_THAT(capture.lines,
              testing::ElementsAre("level=info msg=\"reading container metrics from this machine's own files\" "
                                   "cgroups=" +
                                   options.cgroup_root + " processes=\"\""));
}

TEST_F(HostSideTest, EndsTheStartForASettingThatCannotBeFollowed) {
  options.cgroup_root = dir.file("nothing");
  HostSide wrong{options, capture.log};
  const auto prepared = wrong.prepare();
  ASSERT_FALSE(prepared);
  EXPECT_THAT(prepared.error().message, testing::StartsWith("cgroup_root: " + options.cgroup_root));
  options.cgroup_root = "none";
  options.proc_root = dir.file("cgroup");
  HostSide no_proc{options, capture.log};
  EXPECT_THAT(no_proc.prepare().error().message, testing::StartsWith("proc_root: " + options.proc_root));
}

TEST_F(HostSideTest, ReadsNothingThatNobodyWants) {
  add_cgroup("/docker/" + id);
  add_process(4711, "/docker/" + id);
  options.metrics = *metrics::Selection::parse("spec,lifecycle");
  auto& host = opened();
  auto web = container(4711);
  host.add_local_facts(here, web);
  metrics::Sample sample;
  EXPECT_TRUE(host.read(web, nullptr, sample));
  EXPECT_FALSE(sample.cpu_total_ns);
  EXPECT_FALSE(sample.memory_usage);
  EXPECT_TRUE(sample.networks.empty());
}

TEST_F(HostSideTest, KeepsTheSourcesOfARunIfAReadFails) {
  add_cgroup("/docker/" + id);
  add_process(4711, "/docker/" + id);
  auto& host = opened();
  auto web = container(4711);
  host.add_local_facts(here, web);
  metrics::Sample sample;
  const auto first = host.read(web, nullptr, sample).value();
  EXPECT_TRUE(first.tree && first.proc);
  EXPECT_EQ(sample.missed, metrics::SampleParts{});

  std::filesystem::remove(dir.file("proc/4711/net/dev"));
  metrics::Sample without_net;
  const auto second = host.read(web, &first, without_net).value();
  EXPECT_TRUE(second.proc) << "the engine counts no errors: they would fall to 0";
  EXPECT_TRUE(without_net.missed.networks);
  EXPECT_FALSE(without_net.missed.has(&metrics::Sample::cpu_total_ns));

  std::filesystem::remove_all(dir.file("proc/4711"));
  metrics::Sample without_process;
  EXPECT_TRUE(host.read(web, &first, without_process)->proc);
  EXPECT_TRUE(without_process.missed.networks);
}

TEST_F(HostSideTest, LetsTheFirstReadingOfARunDecide) {
  add_cgroup("/docker/" + id);
  auto& host = opened();
  auto web = container(4711);
  host.add_local_facts(here, web);
  metrics::Sample sample;
  const auto first = host.read(web, nullptr, sample).value();
  EXPECT_FALSE(first.proc);
  add_process(4711, "/docker/" + id);
  host.add_local_facts(here, web);
  ASSERT_NE(host.proc(), nullptr);
  metrics::Sample later;
  EXPECT_FALSE(host.read(web, &first, later)->proc) << "the engine's numbers go on";
  EXPECT_TRUE(later.networks.empty());
  EXPECT_FALSE(later.missed.networks);
  metrics::Sample next_run;
  EXPECT_TRUE(host.read(web, nullptr, next_run)->proc);
}

TEST_F(HostSideTest, TakesTheEnginesNetworksIfTheFirstReadFails) {
  add_process(4711, "/docker/" + id);
  std::filesystem::remove(dir.file("proc/4711/net/dev"));
  auto& host = opened();
  auto web = container(4711);
  host.add_local_facts(here, web);
  metrics::Sample sample;
  EXPECT_FALSE(host.read(web, nullptr, sample)->proc);
  EXPECT_FALSE(sample.missed.networks);
}

TEST_F(HostSideTest, SuspectsAContainerWhoseCgroupIsGoneAndMissesOneThatItCannotOpen) {
  const auto path = "/docker/" + id;
  add_cgroup(path);
  auto& host = opened();
  auto web = container();
  host.add_local_facts(here, web);
  const metrics::Sources decided{.tree = true, .proc = false};
  std::filesystem::remove_all(dir.file("cgroup" + path));
  metrics::Sample gone;
  EXPECT_EQ(host.read(web, &decided, gone), std::nullopt);
  write(dir.file("cgroup" + path), "");  // there, but not to be opened as a directory
  metrics::Sample missed;
  EXPECT_TRUE(host.read(web, &decided, missed)->tree);
  EXPECT_TRUE(missed.missed.has(&metrics::Sample::cpu_total_ns));
  EXPECT_TRUE(missed.missed.devices);
  EXPECT_FALSE(missed.missed.networks) << "the engine has them";
}

TEST_F(HostSideTest, LooksAgainAtTheMachineAndItsDevicesFromTimeToTime) {
  const auto attach = [&](const std::string& disk) {
    std::filesystem::create_directories(dir.file("sys/dev/block"));
    std::filesystem::remove(dir.file("sys/dev/block/8:0"));
    std::filesystem::create_symlink("../../devices/pci/block/" + disk, dir.file("sys/dev/block/8:0"));
  };
  attach("sda");
  write(dir.file("own/meminfo"), "MemTotal: 4 kB\n");
  add_cgroup("/docker/" + id);
  auto& host = opened();
  auto web = container();
  host.add_local_facts(here, web);
  const net::TimePoint begin{std::chrono::hours{1}};
  host.begin_round(begin, fleet);
  EXPECT_EQ(host.device_name(8, 0), "/dev/sda");
  EXPECT_EQ(host.machine().memory_bytes, 4'096U);
  attach("sdb");
  write(dir.file("own/meminfo"), "MemTotal: 8 kB\n");
  host.begin_round(begin + limits::machine_look_interval - std::chrono::seconds{1}, fleet);
  EXPECT_EQ(host.device_name(8, 0), "/dev/sda");
  host.begin_round(begin + limits::machine_look_interval, fleet);
  EXPECT_EQ(host.device_name(8, 0), "/dev/sdb");
  EXPECT_EQ(host.machine().memory_bytes, 8'192U);
}

TEST_F(HostSideTest, KeepsTheSchedulersCountsOfARunThatItCannotReadForLong) {
  options.metrics = *metrics::Selection::parse("+sched");
  add_cgroup("/docker/" + id);
  add_process(4711, "/docker/" + id);
  write(dir.file("cgroup/docker/" + id + "/cgroup.procs"), "4711\n4712\n");
  write(dir.file("proc/4711/schedstat"), "100 10 1\n");
  write(dir.file("proc/4712/schedstat"), "7 0 1\n");
  auto& host = opened();
  auto web = container(4711);
  host.add_local_facts(here, web);
  fleet.put(std::make_shared<const metrics::Container>(web), metrics::Health::none);
  const auto run_ns = [&] {
    metrics::Sample sample;
    (void)host.read(web, nullptr, sample);
    const auto found = std::ranges::find(sample.details, metrics::Tail::schedstat_run_ns, &metrics::Detail::what);
    return found == sample.details.end() ? 0 : found->value;
  };
  EXPECT_EQ(run_ns(), 107U);
  std::filesystem::remove_all(dir.file("proc/4712"));
  for (std::uint32_t round = 0; round < 2 * limits::sched_idle_rounds_max; ++round)
    host.begin_round({}, fleet);
  EXPECT_EQ(run_ns(), 107U);
}

TEST_F(HostSideTest, KnowsSinceWhenTheMachineRunsWhateverWasInspectedFirst) {
  auto& host = opened();
  auto without_files = container();
  without_files.id = std::string(64, 'b');
  without_files.labels = without_files.labels.with("id", "/docker/" + without_files.id);
  const auto booted = [&] {
    metrics::Sample sample;
    host.add_storage(without_files, sample);
    return sample.booted;
  };
  host.add_local_facts(here, without_files);
  EXPECT_EQ(booted(), 0U) << "nothing proves that it is this machine's";
  add_cgroup("/docker/" + id);
  auto web = container();
  host.add_local_facts(here, web);
  EXPECT_EQ(booted(), host.machine().booted);
  EXPECT_NE(booted(), 0U);
  host.add_local_facts(elsewhere, without_files);
  EXPECT_EQ(booted(), 0U);
}

}  // namespace
}  // namespace cspy::app
