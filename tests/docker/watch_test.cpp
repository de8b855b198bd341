// The watch against an engine on a real socket: what the fleet becomes, and the exact lines of the log.
#include "docker/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fakes/engine_model.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::docker {
namespace {

using fakes::EngineModel;
using fakes::HttpRequest;
using fakes::HttpResponse;
using metrics::Health;
using testing::ElementsAre;

struct WatchTest : testing::Test {
  WatchTest() {
    engine.add(1, "web");
    engine.add(2, "db");
  }
  ~WatchTest() override {
    watch().stop();
    context.deadlines.expire_all();
    engine.server().stop();
    EXPECT_TRUE(test::drain(io)) << "a coroutine is still waiting";
  }

  void start() { test::spawn(io, watch().run()); }
  void listen() { engine.server().listen(endpoint); }
  bool until(const std::function<bool()>& condition) { return test::run_until(io, condition); }
  bool connected() {
    return until([&] { return watch().engine() != nullptr; });
  }
  [[nodiscard]] std::string name_of(unsigned number) const {
    const auto* entry = fleet.find(EngineModel::id_of(number));
    return entry == nullptr ? "-" : entry->container->name;
  }
  [[nodiscard]] std::string connected_line(std::size_t containers) const {
    return "level=info msg=\"engine connected\" address=" + endpoint.path +
           " version=28.5.2 api=1.51 cgroup=2 containers=" + std::to_string(containers) + " events=followed";
  }

  static constexpr UnixNanos later = 1'795'000'100 * test::second;

  test::TempDir dir;
  boost::asio::io_context io;
  Endpoint endpoint{Endpoint::Kind::unix_socket, "", 0, dir.file("engine.sock")};
  EngineModel engine{io};
  net::Context context{io};
  Client client{context, endpoint};
  metrics::Fleet fleet;
  test::LogCapture capture;
  int connections = 0;
  Watch::Settings settings{.poll_interval = std::chrono::milliseconds{20},
                           .random = [] { return 0.99; },
                           .on_connected = [this](const Engine&) { ++connections; }};
  std::optional<Watch> made;
  Watch& watch() {
    if (!made) made.emplace(client, fleet, capture.log, settings);
    return *made;
  }
};

TEST_F(WatchTest, SeesWhatNoEventHasTold) {
  settings.reconcile_interval = std::chrono::milliseconds{50};
  listen();
  start();
  ASSERT_TRUE(connected());
  engine.event_copies = 0;
  engine.limit_memory(EngineModel::id_of(1), 64 << 20);
  engine.rename(EngineModel::id_of(2), "store");
  EXPECT_TRUE(until([&] {
    const auto* const entry = fleet.find(EngineModel::id_of(1));
    return entry->container->limits.memory_bytes == 64 << 20 && name_of(2) == "store";
  }));
  EXPECT_EQ(connections, 1) << "in one session";
}

TEST_F(WatchTest, FindsTheContainersThatRun) {
  engine.at(EngineModel::id_of(2)).running = false;
  listen();
  start();
  ASSERT_TRUE(connected());
  EXPECT_EQ(name_of(1), "web");
  EXPECT_EQ(name_of(2), "-");
  EXPECT_THAT(capture.lines, ElementsAre(connected_line(1)));
}

TEST_F(WatchTest, FollowsWhatHappens) {
  listen();
  start();
  ASSERT_TRUE(connected());
  engine.add(3, "job").running = false;
  engine.start(EngineModel::id_of(3), later);
  EXPECT_TRUE(until([&] { return name_of(3) == "job"; })) << "started";
  engine.die(EngineModel::id_of(1), later);
  EXPECT_TRUE(until([&] { return name_of(1) == "-"; })) << "died";
  engine.rename(EngineModel::id_of(2), "store");
  EXPECT_TRUE(until([&] { return name_of(2) == "store"; })) << "renamed";
  engine.set_health(EngineModel::id_of(2), "healthy", later);
  EXPECT_TRUE(until([&] { return fleet.find(EngineModel::id_of(2))->health == Health::healthy; }));
  engine.destroy(EngineModel::id_of(2));
  EXPECT_TRUE(until([&] { return name_of(2) == "-"; })) << "destroyed";
  EXPECT_EQ(engine.asked("/containers/json"), 1U) << "events, not lists";
}

TEST_F(WatchTest, SeesANewRunOfTheSameId) {
  listen();
  start();
  ASSERT_TRUE(connected());
  const auto id = EngineModel::id_of(1);
  engine.die(id, later);
  engine.start(id, later + test::second);
  EXPECT_TRUE(
      until([&] { return fleet.find(id) != nullptr && fleet.find(id)->container->started == later + test::second; }));
}

TEST_F(WatchTest, SaysOnceThatTheEngineIsLostAndOnceThatItIsBack) {
  listen();
  start();
  ASSERT_TRUE(connected());
  const auto id = EngineModel::id_of(1);
  engine.server().stop();
  ASSERT_TRUE(until([&] { return watch().engine() == nullptr && capture.lines.size() == 2; }));
  EXPECT_NE(watch().known_engine(), nullptr);
  EXPECT_EQ(fleet.size(), 2U) << "containers are not gone because the engine is";
  // Several attempts fail; then it is back, with one container stopped and one started again meanwhile.
  engine.at(EngineModel::id_of(2)).running = false;
  engine.at(id).started = later;
  const auto until_tried = net::Clock::now() + std::chrono::milliseconds{600};
  ASSERT_TRUE(until([&] {
    io.run_one_for(std::chrono::milliseconds{10});
    return net::Clock::now() > until_tried;
  }));
  listen();
  ASSERT_TRUE(until([&] { return connections == 2; }));
  EXPECT_EQ(fleet.size(), 1U);
  EXPECT_EQ(fleet.find(id)->container->started, later);
  EXPECT_THAT(
      capture.lines,
      ElementsAre(
          connected_line(2),
          "level=warn msg=\"engine lost: trying again until it is back\" error=\"GET /v1.51/containers/json over " +
              endpoint.path + ": Connection refused\"",
          connected_line(1)));
  EXPECT_EQ(connections, 2);
  EXPECT_EQ(engine.asked("/_ping"), 2U) << "negotiated again";
}

TEST_F(WatchTest, StartsWithoutAnEngineAndSaysSoOnceWithTheRemedy) {
  start();
  ASSERT_TRUE(until([&] { return !capture.lines.empty(); }));
  listen();
  ASSERT_TRUE(connected());
  EXPECT_THAT(
      capture.lines,
      ElementsAre(
          "level=warn msg=\"engine not reachable yet: trying again until it answers\" error=\"GET /_ping over " +
              endpoint.path + ": No such file or directory\" remedy=\"there is no socket at " + endpoint.path +
              ": in a container mount it with '-v " + endpoint.path + ":" + endpoint.path +
              ":ro'; elsewhere start the engine or name its socket with --docker-socket\"",
          connected_line(2)));
}

TEST_F(WatchTest, PollsWhereEventsAreRefused) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.contains("/events"))
      return HttpResponse{.status = 403, .content_type = "text/html", .body = "<html>"};
    return std::nullopt;
  };
  listen();
  start();
  ASSERT_TRUE(connected());
  engine.add(3, "job");
  EXPECT_TRUE(until([&] { return name_of(3) == "job"; }));
  engine.at(EngineModel::id_of(1)).running = false;
  EXPECT_TRUE(until([&] { return name_of(1) == "-"; }));
  EXPECT_EQ(capture.count("the engine refuses event streams"), 1U);
  EXPECT_EQ(capture.count("engine connected"), 1U);
  EXPECT_EQ(engine.asked("/events"), 1U);
}

TEST_F(WatchTest, ListsAgainAfterABrokenEvent) {
  listen();
  start();
  ASSERT_TRUE(connected());
  engine.add(3, "job");  // without an event: as if it were the one that was broken
  engine.server().broadcast("{broken\n");
  EXPECT_TRUE(until([&] { return name_of(3) == "job"; }));
  EXPECT_EQ(capture.count("an event cannot be read"), 1U);
}

TEST_F(WatchTest, SeesTheRestartBehindABrokenEvent) {
  listen();
  start();
  ASSERT_TRUE(connected());
  const auto id = EngineModel::id_of(1);
  engine.at(id).started = later;  // a list shows nothing of that
  engine.server().broadcast("{broken\n");
  EXPECT_TRUE(until([&] { return fleet.find(id)->container->started == later; }));
}

TEST_F(WatchTest, PollsWhileTheEventsFailInAnyWay) {
  for (const auto& failure : std::vector<HttpResponse>{
           {.hang = true}, {.status = 500, .body = "{}"}, {.body = "", .close = true}, {.raw = "junk\r\n\r\n"}}) {
    engine.intercept = [&](const HttpRequest& request) {
      return request.target.contains("/events") ? std::optional{failure} : std::nullopt;
    };
    made.reset();
    fleet.remove(EngineModel::id_of(1));
    fleet.remove(EngineModel::id_of(2));
    listen();
    start();
    ASSERT_TRUE(connected());
    EXPECT_EQ(fleet.size(), 2U);
    engine.add(3, "job");
    EXPECT_TRUE(until([&] { return name_of(3) == "job"; })) << "the list is polled";
    EXPECT_LE(engine.asked("/events"), 3U) << "not again and again";
    EXPECT_TRUE(until([&] { return capture.count("cannot follow the engine's events") == 1; }));
    watch().stop();
    engine.server().stop();
    ASSERT_TRUE(test::drain(io));
    engine.destroy(EngineModel::id_of(3));
    engine.requests.clear();
    capture.lines.clear();
  }
}

TEST_F(WatchTest, EndsNoContainerBecauseTheSocketIsGone) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.contains("/events")) return HttpResponse{.status = 403, .body = "{}"};
    return std::nullopt;
  };
  listen();
  start();
  ASSERT_TRUE(connected());
  ::unlink(endpoint.path.c_str());
  engine.server().drop_connections();
  for (unsigned number = 1; number <= 2; ++number)
    watch().suspect(EngineModel::id_of(number));
  ASSERT_TRUE(until([&] { return watch().engine() == nullptr; }));
  EXPECT_EQ(fleet.size(), 2U);
}

TEST_F(WatchTest, GoesOnWithTheKnownContainersWhileTheListFails) {
  listen();
  start();
  ASSERT_TRUE(connected());
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.contains("/containers/json")) return HttpResponse{.status = 500, .body = "{}"};
    return std::nullopt;
  };
  engine.server().drop_connections();
  ASSERT_TRUE(until([&] { return capture.count("cannot list the containers") == 1; }));
  EXPECT_NE(watch().engine(), nullptr) << "the engine can be asked";
  EXPECT_EQ(fleet.size(), 2U);
  const auto started_again = [&] { return engine.server().streams() == 1; };
  ASSERT_TRUE(until(started_again));
  engine.add(3, "job").running = false;
  engine.start(EngineModel::id_of(3), later);
  EXPECT_TRUE(until([&] { return name_of(3) == "job"; })) << "events are still followed";
  engine.intercept = nullptr;
  EXPECT_TRUE(until([&] { return capture.count("can list the containers again") == 1; }));
}

TEST_F(WatchTest, FollowsEventsWhileInspectionsHang) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.ends_with(EngineModel::id_of(1) + "/json")) return HttpResponse{.hang = true};
    return std::nullopt;
  };
  listen();
  start();
  ASSERT_TRUE(until([&] { return name_of(2) == "db"; }));
  const auto begun = net::Clock::now();
  engine.add(3, "job").running = false;
  engine.start(EngineModel::id_of(3), later);
  ASSERT_TRUE(until([&] { return name_of(3) == "job"; }));
  engine.die(EngineModel::id_of(2), later);
  ASSERT_TRUE(until([&] { return name_of(2) == "-"; }));
  EXPECT_LT(net::Clock::now() - begun, std::chrono::milliseconds{1'500});
  EXPECT_TRUE(connected()) << "without the one that hangs";
}

TEST_F(WatchTest, IsConnectedWithoutAnAnswerToInfoAndAsksAgain) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.ends_with("/info")) return HttpResponse{.status = 500, .body = "{}"};
    return std::nullopt;
  };
  listen();
  start();
  ASSERT_TRUE(connected());
  EXPECT_EQ(fleet.size(), 2U);
  EXPECT_EQ(capture.count("the engine has not answered /info"), 1U);
  engine.intercept = nullptr;
  EXPECT_TRUE(until([&] { return connections == 2; })) << "what depends on the engine is told again";
  EXPECT_EQ(watch().engine()->name, "modelhost");
  EXPECT_EQ(capture.count("the engine answers /info now"), 1U);
}

TEST_F(WatchTest, TriesAFailedInspectionAgain) {
  int failures = 2;
  engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.ends_with(EngineModel::id_of(1) + "/json") && failures-- > 0)
      return HttpResponse{.status = 500, .body = R"({"message":"busy"})"};
    return std::nullopt;
  };
  listen();
  start();
  ASSERT_TRUE(connected());
  EXPECT_EQ(name_of(1), "-");
  EXPECT_TRUE(until([&] { return name_of(1) == "web"; }));
  EXPECT_EQ(capture.count("cannot inspect a container"), 1U) << "one line, not one an attempt";
}

TEST_F(WatchTest, WarnsOnceARunOfMoreLabelsThanReceiversTake) {
  for (int i = 0; i < 30; ++i)
    engine.at(EngineModel::id_of(1)).labels["l" + std::to_string(i)] = "x";
  engine.at(EngineModel::id_of(2)).labels = engine.at(EngineModel::id_of(1)).labels;
  listen();
  start();
  ASSERT_TRUE(connected());
  EXPECT_EQ(capture.count("labels=37 advised=30 container=db containers=2"), 1U);
  engine.rename(EngineModel::id_of(1), "shop");
  ASSERT_TRUE(until([&] { return name_of(1) == "shop"; }));
  EXPECT_EQ(capture.count("series have more labels"), 1U) << "it is known already";
  engine.start(EngineModel::id_of(1), later);
  ASSERT_TRUE(until([&] { return capture.count("series have more labels") == 2; })) << "another run";
}

TEST_F(WatchTest, KnowsTheKillsThatHappenedBeforeAndWhileTheEngineWasAway) {
  settings.oom_history = true;
  engine.emit(EngineModel::id_of(1), "oom", later);
  engine.emit(EngineModel::id_of(1), "oom", later + test::second);
  listen();
  start();
  ASSERT_TRUE(connected());
  EXPECT_TRUE(until([&] { return fleet.oom_kills().of(EngineModel::id_of(1)) == 2; }));
  EXPECT_EQ(engine.asked("until="), 1U);
  engine.emit(EngineModel::id_of(1), "oom", later + 2 * test::second);
  EXPECT_TRUE(until([&] { return fleet.oom_kills().of(EngineModel::id_of(1)) == 3; })) << "followed";
  engine.server().stop();
  ASSERT_TRUE(until([&] { return watch().engine() == nullptr; }));
  engine.emit(EngineModel::id_of(1), "oom", later + 3 * test::second);
  listen();
  ASSERT_TRUE(until([&] { return connections == 2; }));
  EXPECT_TRUE(until([&] { return fleet.oom_kills().of(EngineModel::id_of(1)) == 4; }))
      << "each is counted once, although the engine sends all of them again";
}

TEST_F(WatchTest, DoesWithoutAHistoryThatIsRefused) {
  settings.oom_history = true;
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.contains("until=")) return HttpResponse{.status = 403, .body = "{}"};
    return std::nullopt;
  };
  listen();
  start();
  EXPECT_TRUE(connected());
}

TEST_F(WatchTest, KeepsStoppedContainersWhereAllAreWanted) {
  settings.which = Which::all;
  engine.at(EngineModel::id_of(2)).running = false;
  listen();
  start();
  ASSERT_TRUE(connected());
  const auto subject_of = [&](unsigned number) { return fleet.find(EngineModel::id_of(number))->container->subject; };
  ASSERT_NE(name_of(2), "-");
  EXPECT_EQ(subject_of(2), metrics::Subject::stopped);
  EXPECT_EQ(subject_of(1), metrics::Subject::container);
  engine.die(EngineModel::id_of(1), later);
  EXPECT_TRUE(until([&] { return subject_of(1) == metrics::Subject::stopped; })) << "died";
  EXPECT_EQ(fleet.find(EngineModel::id_of(1))->container->lifecycle.state, metrics::State::exited);
  engine.start(EngineModel::id_of(1), later + test::second);
  EXPECT_TRUE(until([&] { return subject_of(1) == metrics::Subject::container; })) << "runs again";
  engine.destroy(EngineModel::id_of(2));
  EXPECT_TRUE(until([&] { return name_of(2) == "-"; })) << "removed";
}

TEST_F(WatchTest, CompletesAContainerThatRuns) {
  settings.add_local_facts = [](const Engine&, metrics::Container& container) {
    container.labels = container.labels.with("id", "/here");
  };
  listen();
  start();
  ASSERT_TRUE(connected());
  EXPECT_EQ(fleet.find(EngineModel::id_of(1))->container->labels.get("id"), "/here");
}

TEST_F(WatchTest, LooksAgainAtASuspect) {
  listen();
  start();
  ASSERT_TRUE(connected());
  const auto id = EngineModel::id_of(1);
  engine.at(id).started = later;  // restarted, and the event was lost
  watch().suspect(id);
  EXPECT_TRUE(until([&] { return fleet.find(id)->container->started == later; }));
}

TEST_F(WatchTest, BelievesNoAnswerAboutAnotherContainer) {
  listen();
  engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (!request.target.ends_with(EngineModel::id_of(1) + "/json")) return std::nullopt;
    return HttpResponse{
        .body = R"({"Id":")" + EngineModel::id_of(9) +
                R"(","Created":"2026-11-23T01:54:32Z","State":{"Running":true,"StartedAt":"2026-11-23T01:54:32Z"}})"};
  };
  start();
  ASSERT_TRUE(connected());
  EXPECT_EQ(fleet.size(), 1U);
  EXPECT_EQ(capture.count("the answer is about another container"), 1U);
}

TEST_F(WatchTest, SurvivesEverythingAnEngineMaySend) {
  const std::vector<HttpResponse> garbage{{.body = "[]"},
                                          {.body = "{}"},
                                          {.body = "null"},
                                          {.body = "\"x\""},
                                          {.body = "{\"Id\":5}"},
                                          {.body = "[{\"Id\":[]}]"},
                                          {.body = std::string(200'000, '[')},
                                          {.body = "\xFF\xFE"},
                                          {.body = ""},
                                          {.status = 500},
                                          {.status = 301},
                                          {.cut_after = 5},
                                          {.raw = "junk\r\n\r\n"}};
  const auto ended = std::make_shared<bool>();  // the last one ends after this function
  const auto begin = [&] {
    *ended = false;
    boost::asio::co_spawn(io, watch().run(), [ended](std::exception_ptr error) {
      EXPECT_FALSE(error);
      *ended = true;
    });
  };
  listen();
  begin();
  for (const auto& part :
       std::vector<std::string>{"/_ping", "/version", "/info", "/events", "/containers/json", EngineModel::id_of(1)}) {
    for (const auto& response : garbage) {
      // A list without containers is no garbage: then there are none.
      if (part == "/containers/json" && (response.body == "[]" || response.body == "null")) continue;
      bool sent = false;
      engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
        if (!request.target.contains(part) || sent) return std::nullopt;
        sent = true;
        return response;
      };
      watch().stop();
      engine.server().drop_connections();
      ASSERT_TRUE(until([&] { return *ended; }));
      made.reset();
      begin();
      ASSERT_TRUE(until([&] { return sent; })) << part;
      engine.intercept = nullptr;
      ASSERT_TRUE(until([&] { return watch().engine() != nullptr && fleet.size() == 2; }))
          << part << " with " << response.body.substr(0, 20);
    }
  }
}

// The filter.

TEST_F(WatchTest, NeitherInspectsNorKnowsAnExcludedContainer) {
  engine.add(3, "noise");
  engine.add(4, "off").labels = {{"containerspy.enable", "false"}};
  settings.filter = *ContainerFilter::parse("-noise*");
  listen();
  start();
  ASSERT_TRUE(connected());
  EXPECT_EQ(fleet.size(), 2U);
  EXPECT_EQ(watch().excluded().size(), 2U);
  EXPECT_THAT(capture.lines,
              ElementsAre(connected_line(2),
                          "level=info msg=\"some containers are not watched: the setting containers or their label "
                          "excludes them\" containers=2 label=\"containerspy.enable=false\""));
  // They live on, and one more comes. An event about a watched one shows that all before it were taken.
  engine.limit_memory(EngineModel::id_of(3), 4096);
  engine.die(EngineModel::id_of(4), later);
  engine.start(EngineModel::id_of(4), later + test::second);
  engine.add(5, "noise-2").running = false;
  engine.start(EngineModel::id_of(5), later);
  engine.rename(EngineModel::id_of(2), "store");
  ASSERT_TRUE(until([&] { return name_of(2) == "store"; }));
  EXPECT_EQ(watch().excluded().size(), 3U);
  engine.destroy(EngineModel::id_of(5));
  EXPECT_TRUE(until([&] { return watch().excluded().size() == 2; }));
  watch().suspect(EngineModel::id_of(3));
  engine.rename(EngineModel::id_of(2), "db");
  ASSERT_TRUE(until([&] { return name_of(2) == "db"; }));
  for (const unsigned number : {3U, 4U, 5U})
    EXPECT_EQ(engine.asked(EngineModel::id_of(number)), 0U) << number << ": neither an inspection nor a sample";
}

TEST_F(WatchTest, FollowsANewNameInAndOut) {
  settings.filter = *ContainerFilter::parse("-hidden-*");
  engine.add(3, "hidden-3");
  listen();
  start();
  ASSERT_TRUE(connected());
  const auto id = EngineModel::id_of(1), other = EngineModel::id_of(3);
  const auto asked = engine.asked(id);
  engine.rename(id, "hidden-1");
  EXPECT_TRUE(until([&] { return name_of(1) == "-"; }));
  EXPECT_TRUE(watch().excluded().contains(id));
  EXPECT_EQ(engine.asked(id), asked) << "the event says enough";
  engine.rename(other, "shown");
  EXPECT_TRUE(until([&] { return name_of(3) == "shown"; }));
  EXPECT_FALSE(watch().excluded().contains(other));
  engine.rename(id, "web");
  EXPECT_TRUE(until([&] { return name_of(1) == "web"; }));
  EXPECT_EQ(watch().excluded().size(), 0U);
  EXPECT_EQ(engine.asked("/containers/json"), 1U) << "events, not lists";
}

TEST_F(WatchTest, FollowsANewNameWithoutEvents) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (!request.target.contains("/events")) return std::nullopt;
    return HttpResponse{.status = 403, .body = R"({"message":"Forbidden"})"};
  };
  settings.filter = *ContainerFilter::parse("-hidden-*");
  engine.add(3, "hidden-3");
  listen();
  start();
  ASSERT_TRUE(connected());
  EXPECT_EQ(fleet.size(), 2U);
  engine.rename(EngineModel::id_of(1), "hidden-1");
  engine.rename(EngineModel::id_of(3), "shown");
  EXPECT_TRUE(until([&] { return name_of(1) == "-" && name_of(3) == "shown"; }));
  EXPECT_EQ(watch().excluded().size(), 1U);
}

TEST_F(WatchTest, InspectsOnceWhatAListDoesNotTellEnoughAbout) {
  settings.poll_interval = std::chrono::milliseconds{5};
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (!request.target.contains("/events")) return std::nullopt;
    return HttpResponse{.status = 403, .body = R"({"message":"Forbidden"})"};
  };
  settings.filter = *ContainerFilter::parse("-image:shop/web:*");
  engine.at(EngineModel::id_of(1)).tag_moved = true;
  auto& store = engine.at(EngineModel::id_of(2));
  store.tag_moved = true;
  store.image = "shop/db:2";
  listen();
  start();
  ASSERT_TRUE(connected());
  const auto lists = engine.asked("/containers/json");
  ASSERT_TRUE(until([&] { return engine.asked("/containers/json") > lists + 3; }));
  EXPECT_EQ(name_of(1), "-");
  EXPECT_EQ(name_of(2), "db");
  EXPECT_TRUE(watch().excluded().contains(EngineModel::id_of(1)));
  EXPECT_EQ(engine.asked(EngineModel::id_of(1)), 1U);
}

TEST_F(WatchTest, DropsAnInspectionOfWhatIsExcludedMeanwhile) {
  settings.filter = *ContainerFilter::parse("-hidden");
  listen();
  start();
  ASSERT_TRUE(connected());
  const auto id = EngineModel::id_of(3);
  // The answer of the inspection is from before the new name.
  engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (!request.target.contains(id)) return std::nullopt;
    auto answer = engine.truth(request);
    engine.rename(id, "hidden");
    return answer;
  };
  engine.add(3, "job").running = false;
  engine.start(id, later);
  ASSERT_TRUE(until([&] { return watch().excluded().contains(id); }));
  engine.rename(EngineModel::id_of(2), "store");
  ASSERT_TRUE(until([&] { return name_of(2) == "store"; }));
  EXPECT_EQ(name_of(3), "-");
  EXPECT_EQ(engine.asked(id), 1U);
}

}  // namespace
}  // namespace cspy::docker
