#include "app/surroundings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/log_capture.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/no_files.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::app {
namespace {

void write(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
  std::ofstream{path} << text;
}

struct SurroundingsTest : testing::Test {
  SurroundingsTest() {
    options.cgroup_root = "none";
    options.proc_root = "none";
    engine.version = "28.5.2";
    engine.api_max = {1, 51};
    engine.info_known = true;
    engine.kernel_version = "6.1.0-remote";
    engine.memory_bytes = 4'096;
    engine.cpus = 3;
    engine.operating_system = "Debian GNU/Linux 12 (bookworm)";
  }

  /// The part of a round, as "metric|own labels" and values, by the subject's id.
  std::map<std::string, test::SeriesList> round_at(UnixNanos time, const docker::Engine* seen, bool all_read = true) {
    if (!host) {
      host.emplace(options, capture.log);
      EXPECT_TRUE(host->prepare());
      for (const auto& [id, entry] : containers.entries()) {
        auto container = *entry.container;
        host->add_local_facts(engine, container);
      }
      host->meet(engine, !containers.entries().empty());
      surroundings.emplace(options, *host, containers);
    }
    round = {.time = time, .readings = {}, .endings = {}};
    auto part = [](Surroundings& from, metrics::Round& into, Surroundings::Found found) -> net::Task<bool> {
      co_await from.add_to(into, std::move(found));
      co_return true;
    };
    EXPECT_TRUE(test::run(
        io, part(*surroundings, round,
                 {.engine = seen, .all_read = all_read, .deadline = deadline, .excludes = [this](std::string_view id) {
                    return id == excluded;
                  }})));
    std::map<std::string, test::SeriesList> all;
    for (const auto& reading : round.readings)
      all.emplace(reading->container->id, test::series_of(*reading));
    return all;
  }
  [[nodiscard]] const metrics::Reading& reading_of(const std::string& id) const {
    return **std::ranges::find(round.readings, id, [](const auto& reading) { return reading->container->id; });
  }
  static std::int64_t whole(const test::SeriesList& list, const std::string& series) {
    const auto found = list.values.find(series);
    return found == list.values.end() ? -999 : std::get<std::int64_t>(found->second);
  }
  void add_cgroup(const std::string& path) const {
    write(dir.file("cgroup" + path + "/memory.current"), "4096\n");
    write(dir.file("cgroup" + path + "/memory.stat"), "anon 1000\nfile 2000\ninactive_file 96\n");
    write(dir.file("cgroup" + path + "/memory.max"), "max\n");
  }
  /// The tree of the engine's machine: a container of the engine is in it.
  void mount_tree() {
    write(dir.file("cgroup/cgroup.controllers"), "cpu memory\n");
    write(dir.file("cgroup/memory.stat"), "anon 1000\nfile 2000\ninactive_file 96\n");
    options.cgroup_root = dir.file("cgroup");
    add_cgroup("/docker/" + web);
    containers.put(test::make_container(web, "web"), metrics::Health::none);
  }

  const std::string web = std::string(64, 'a');
  std::string excluded;
  test::TempDir dir;
  test::LogCapture capture;
  boost::asio::io_context io;
  Options options;
  docker::Engine engine;
  metrics::Fleet containers;
  std::optional<HostSide> host;
  std::optional<Surroundings> surroundings;
  metrics::Round round;
  net::TimePoint deadline = net::TimePoint::max();
};

TEST_F(SurroundingsTest, TellsOfTheAgentAndTheEngine) {
  const auto all = round_at(test::started_at, &engine);
  const auto& agent = all.at("#agent");
  EXPECT_EQ(whole(agent, "container_scrape_error"), 0);
  EXPECT_EQ(whole(agent, "machine_scrape_error"), 0);
  EXPECT_THAT(agent.series, testing::Contains(testing::MatchesRegex(
                                "cadvisor_version_info\\|\\|ContainerSpy [0-9.]+\\|28.5.2\\|6.1.0-remote\\|Debian "
                                "GNU/Linux 12 \\(bookworm\\)")));
  EXPECT_EQ(whole(round_at(test::started_at, &engine, false).at("#agent"), "container_scrape_error"), 1)
      << "a container could not be read";
  const auto away = round_at(test::started_at, nullptr).at("#agent");
  EXPECT_EQ(whole(away, "container_scrape_error"), 1);
  EXPECT_THAT(away.series, testing::Not(testing::Contains(testing::StartsWith("cadvisor_version_info"))));
}

TEST_F(SurroundingsTest, SaysOfAnotherMachineWhatItsEngineSays) {
  const auto machine = round_at(test::started_at, &engine).at("#machine");
  EXPECT_EQ(whole(machine, "machine_memory_bytes"), 4'096);
  EXPECT_EQ(whole(machine, "machine_cpu_cores"), 3);
  EXPECT_THAT(machine.series, testing::Not(testing::Contains("machine_cpu_sockets")));
}

TEST_F(SurroundingsTest, ReportsNoRootOfATreeThatHasNoContainerOfTheEngine) {
  mount_tree();
  containers.remove(web);
  EXPECT_FALSE(round_at(test::started_at, &engine).contains("/"));
  EXPECT_EQ(whole(round_at(test::started_at, &engine).at("#machine"), "machine_memory_bytes"), 4'096)
      << "the engine's own number";
}

TEST_F(SurroundingsTest, GivesTheRootOfAPartNoStart) {
  mount_tree();
  write(dir.file("cgroup/cgroup.type"), "domain\n");
  round_at(test::started_at, &engine);
  EXPECT_EQ(reading_of("/").container->started, 0U) << "it is not the machine's";
}

TEST_F(SurroundingsTest, TellsNothingThatNobodyWants) {
  options.metrics = *metrics::Selection::parse("cpu");
  mount_tree();
  EXPECT_THAT(round_at(test::started_at, &engine), testing::IsEmpty()) << "the root has no CPU time here";
}

TEST_F(SurroundingsTest, TellsOfTheRootAndWhereAskedOfEveryCgroupThatIsNoContainers) {
  mount_tree();
  add_cgroup("/docker");
  add_cgroup("/docker/\xFF");
  EXPECT_FALSE(round_at(test::started_at, &engine).contains("/docker"));
  host.reset();
  options.cgroup_all = true;
  const auto all = round_at(test::started_at, &engine);
  EXPECT_EQ(whole(all.at("/docker"), "container_memory_working_set_bytes"), 4'000);
  EXPECT_EQ(whole(all.at("/"), "container_memory_rss"), 1'000);
  EXPECT_FALSE(all.contains("/docker/" + web)) << "a container's";
  EXPECT_FALSE(all.contains("/docker/\xFF")) << "receivers would refuse the whole request";
  std::filesystem::remove_all(dir.file("cgroup/docker"));
  EXPECT_FALSE(round_at(test::started_at + test::second, &engine).contains("/docker"));
  ASSERT_EQ(round.endings.size(), 1U) << "its series end";
  EXPECT_EQ(round.endings[0].last->container->id, "/docker");
}

TEST_F(SurroundingsTest, LeavesOutTheCgroupsOfExcludedContainers) {
  mount_tree();
  options.cgroup_all = true;
  const auto path = "/docker/" + std::string(64, 'b');
  add_cgroup(path);
  add_cgroup(path + "/init.scope");
  add_cgroup("/docker/" + std::string(64, 'c'));
  const auto before = round_at(test::started_at, &engine);
  EXPECT_TRUE(before.contains(path)) << "of another engine, for example";
  EXPECT_TRUE(before.contains(path + "/init.scope"));
  excluded = std::string(64, 'b');
  const auto all = round_at(test::started_at + test::second, &engine);
  EXPECT_FALSE(all.contains(path));
  EXPECT_FALSE(all.contains(path + "/init.scope"));
  EXPECT_TRUE(all.contains("/docker/" + std::string(64, 'c')));
  EXPECT_EQ(round.endings.size(), 2U) << "their series end";
}

TEST_F(SurroundingsTest, ReadsNoCgroupAfterTheDeadlineAndEndsNone) {
  mount_tree();
  options.cgroup_all = true;
  add_cgroup("/batch");
  EXPECT_TRUE(round_at(test::started_at, &engine).contains("/batch"));
  deadline = net::Clock::now();
  const auto late = round_at(test::started_at + test::second, &engine);
  EXPECT_FALSE(late.contains("/batch"));
  EXPECT_TRUE(late.contains("/")) << "one that is always read";
  EXPECT_THAT(round.endings, testing::IsEmpty()) << "it is still there";
}

TEST_F(SurroundingsTest, KeepsTheCreationTimeOfACgroupThatGoesOnWhateverItsFilesSay) {
  mount_tree();
  options.cgroup_all = true;
  const auto created = [&] { return reading_of("/a").container->created; };
  const auto count = [&](std::string_view usec, std::chrono::hours age) {
    write(dir.file("cgroup/a/cpu.stat"), "usage_usec " + std::string{usec} + "\nuser_usec 1\nsystem_usec 1\n");
    std::filesystem::last_write_time(dir.file("cgroup/a"), std::filesystem::file_time_type::clock::now() + age);
    round_at(test::started_at, &engine);
    return created();
  };
  const auto first = count("5000", std::chrono::hours{1});
  ASSERT_NE(first, 0U);
  EXPECT_EQ(count("6000", std::chrono::hours{2}), first) << "the directory's time moved";
  EXPECT_GT(count("10", std::chrono::hours{3}), first) << "it counts anew";
}

TEST_F(SurroundingsTest, LetsOnlyTheRootCountFromAKnownTime) {
  mount_tree();
  options.cgroup_all = true;
  write(dir.file("cgroup/a/cpu.stat"), "usage_usec 5000\nuser_usec 1\nsystem_usec 1\n");
  round_at(test::started_at, &engine);
  EXPECT_EQ(reading_of("/").container->started, host->machine().booted);
  EXPECT_NE(host->machine().booted, 0U);
  EXPECT_EQ(reading_of("/a").container->started, 0U) << "a directory's time is not the start of its counters";
}

TEST_F(SurroundingsTest, EndsNoCgroupIfItCannotListThem) {
  mount_tree();
  add_cgroup("/a");
  options.cgroup_all = true;
  EXPECT_TRUE(round_at(test::started_at, &engine).contains("/a"));
  {
    const test::NoFiles none;
    EXPECT_FALSE(round_at(test::started_at + test::second, &engine).contains("/a"));
    // A matcher would make the sanitizer look into files.
    EXPECT_TRUE(round.endings.empty());
  }
  EXPECT_TRUE(round_at(test::started_at + 2 * test::second, &engine).contains("/a"));
  EXPECT_THAT(round.endings, testing::IsEmpty());
}

TEST_F(SurroundingsTest, KeepsTheLimitsOfACgroupThatItCannotRead) {
  mount_tree();
  add_cgroup("/a");
  write(dir.file("cgroup/a/cpu.max"), "50000 100000\n");
  options.cgroup_all = true;
  round_at(test::started_at, &engine);
  EXPECT_EQ(reading_of("/a").container->limits.cpu_quota_us, 50'000U);
  std::filesystem::remove(dir.file("cgroup/a/cpu.max"));
  std::filesystem::create_directories(dir.file("cgroup/a/cpu.max/x"));  // opens, and cannot be read
  round_at(test::started_at + test::second, &engine);
  EXPECT_EQ(reading_of("/a").container->limits.cpu_quota_us, 50'000U);
}

TEST_F(SurroundingsTest, EndsNothingOfACgroupThatItCannotRead) {
  mount_tree();
  add_cgroup("/a");
  options.cgroup_all = true;
  EXPECT_TRUE(round_at(test::started_at, &engine).at("/a").values.contains("container_memory_rss"));
  std::filesystem::remove(dir.file("cgroup/a/memory.stat"));
  std::filesystem::create_directories(dir.file("cgroup/a/memory.stat/x"));  // opens, and cannot be read
  const auto missed = round_at(test::started_at + test::second, &engine).at("/a");
  EXPECT_FALSE(missed.values.contains("container_memory_rss"));
  EXPECT_TRUE(missed.values.contains("container_memory_usage_bytes"));
  EXPECT_THAT(round.endings, testing::IsEmpty());
}

TEST_F(SurroundingsTest, TakesBackOnlyItsOwnEndings) {
  round_at(test::started_at, &engine);
  const auto own = round.readings.front();
  const auto web = test::make_reading(test::make_container("a1", "web"));
  std::vector<metrics::Ending> endings{{.last = web, .now = nullptr}, {.last = own, .now = nullptr}};
  surroundings->restore(endings);
  ASSERT_EQ(endings.size(), 1U);
  EXPECT_EQ(endings[0].last, web);
}

}  // namespace
}  // namespace cspy::app
