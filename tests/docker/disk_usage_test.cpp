// Asking for sizes, against an engine on a real socket: what is held, and the exact lines of the log.
#include "docker/disk_usage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "tests/fakes/engine_model.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::docker {
namespace {

using namespace std::chrono_literals;
using fakes::EngineModel;
using fakes::HttpRequest;
using fakes::HttpResponse;
using testing::ElementsAre;
using testing::IsEmpty;
using Change = Standing::Change;

TEST(NextQuestion, IsAfterTheIntervalAndARest) {
  const net::TimePoint begun{1000s};
  EXPECT_EQ(next_question(begun, begun + 2s, 300s), begun + 300s);
  EXPECT_EQ(next_question(begun, begun + 200s, 300s), begun + 400s) << "it rests as long as it worked";
}

TEST(Standing, TellsEachChangeOnceAndWhenAnswersAreTooOld) {
  Standing standing;
  EXPECT_EQ(standing.answered(), Change::none);
  EXPECT_EQ(standing.failed(false), Change::fails);
  EXPECT_EQ(standing.failed(false), Change::none);
  EXPECT_FALSE(standing.outdated());
  EXPECT_EQ(standing.failed(false), Change::none);
  EXPECT_TRUE(standing.outdated());
  EXPECT_EQ(standing.answered(), Change::answers_again);
  EXPECT_FALSE(standing.outdated());
  EXPECT_EQ(standing.failed(true), Change::refused);
  EXPECT_EQ(standing.failed(true), Change::none);
  EXPECT_TRUE(standing.off());
  EXPECT_TRUE(standing.outdated());
}

constexpr std::string_view two_containers =
    R"([{"Id":"aa","State":"running","SizeRw":5,"SizeRootFs":105},{"Id":"bb","State":"running","SizeRootFs":100}])";
constexpr std::string_view one_container = R"([{"Id":"bb","State":"running","SizeRw":9,"SizeRootFs":109}])";
constexpr std::string_view some_usage =
    R"({"LayersSize":30,"Images":[{"Containers":1,"Size":30,"SharedSize":0}],"Containers":null,"Volumes":[],"BuildCache":[]})";

struct DiskUsageTest : testing::Test {
  DiskUsageTest() {
    engine.intercept = [this](const HttpRequest& request) -> std::optional<HttpResponse> {
      return request.target.contains("/system/df") ? usage_answer : list_answer;
    };
    engine.server().listen(endpoint);
  }
  ~DiskUsageTest() override {
    disk.stop();
    context.deadlines.expire_all();
    engine.server().stop();
    EXPECT_TRUE(test::drain(io)) << "a coroutine is still waiting";
  }

  void start() { test::spawn(io, disk.run()); }
  bool until(const std::function<bool()>& condition) { return test::run_until(io, condition); }
  /// Until both questions were asked `count` times more and what came of it is settled.
  bool rounds(std::size_t count) {
    const auto before = engine.asked("/system/df");
    return until([&] { return engine.asked("/system/df") > before + count; });
  }

  test::TempDir dir;
  boost::asio::io_context io;
  Endpoint endpoint{Endpoint::Kind::unix_socket, "", 0, dir.file("engine.sock")};
  EngineModel engine{io};
  HttpResponse list_answer{.body = std::string{two_containers}, .chunked = true};
  HttpResponse usage_answer{.body = std::string{some_usage}};
  net::Context context{io};
  test::LogCapture capture;
  Engine known = [] {
    Engine engine_of_28;
    engine_of_28.api_max = {1, 51};
    return engine_of_28;
  }();
  bool there = true;
  DiskUsage disk{
      context, endpoint, capture.log, {.interval = 20ms, .engine = [this] { return there ? &known : nullptr; }}};
};

TEST_F(DiskUsageTest, AsksAtOnceAndHoldsTheAnswers) {
  start();
  ASSERT_TRUE(until([&] { return disk.totals().images.bytes.has_value(); }));
  EXPECT_EQ(disk.of("aa"), (Sizes{.writable = 5, .root_fs = 105}));
  EXPECT_EQ(disk.of("bb"), (Sizes{.writable = 0, .root_fs = 100}));
  EXPECT_EQ(disk.of("cc"), std::nullopt);
  EXPECT_EQ(disk.totals(), (Totals{.images = {.objects = 1, .bytes = 30, .reclaimable_bytes = 0},
                                   .containers = {},
                                   .volumes = {.objects = 0, .bytes = 0, .reclaimable_bytes = 0},
                                   .build_cache = {.objects = 0, .bytes = 0, .reclaimable_bytes = 0}}));
  EXPECT_THAT(engine.requests,
              ElementsAre("/v1.51/containers/json?size=1", "/v1.51/system/df?type=image&type=volume&type=build-cache"));
  EXPECT_THAT(capture.lines, IsEmpty());
}

TEST_F(DiskUsageTest, ForgetsContainersThatAreNoLongerListed) {
  start();
  ASSERT_TRUE(until([&] { return disk.of("aa").has_value(); }));
  list_answer.body = one_container;
  ASSERT_TRUE(until([&] { return !disk.of("aa"); }));
  EXPECT_EQ(disk.of("bb"), (Sizes{.writable = 9, .root_fs = 109}));
}

TEST_F(DiskUsageTest, AsksOldEnginesOneQuestion) {
  known.api_max = {1, 41};
  usage_answer.body = R"({"LayersSize":30,"Images":[],"Containers":)" + std::string{two_containers} + "}";
  start();
  ASSERT_TRUE(until([&] { return disk.of("aa").has_value(); }));
  EXPECT_EQ(disk.totals().containers, (Usage{.objects = 2, .bytes = 5, .reclaimable_bytes = 0}));
  EXPECT_THAT(engine.requests, ElementsAre("/v1.41/system/df"));
}

TEST_F(DiskUsageTest, SaysOnceThatItFailsKeepsWhatItHasForAWhileAndRecovers) {
  start();
  ASSERT_TRUE(until([&] { return disk.totals().images.bytes.has_value(); }));
  list_answer = {.status = 500, .body = R"({"message":"busy"})"};
  ASSERT_TRUE(until([&] { return !capture.lines.empty(); }));
  EXPECT_TRUE(disk.of("aa")) << "old, but not too old";
  ASSERT_TRUE(until([&] { return !disk.of("aa"); }));
  EXPECT_TRUE(disk.totals().images.bytes) << "the other question is answered";
  list_answer = {.body = std::string{two_containers}};
  ASSERT_TRUE(until([&] { return disk.of("aa").has_value(); }));
  EXPECT_THAT(capture.lines,
              ElementsAre("level=warn msg=\"cannot read the sizes of containers: trying again\" error=\"GET "
                          "/v1.51/containers/json over " +
                              endpoint.path + ": HTTP 500: busy\" interval_ms=20",
                          "level=info msg=\"can read the sizes of containers again\""));
}

TEST_F(DiskUsageTest, LeavesOutWhatIsRefusedWithOneLineAndAsksTheRest) {
  usage_answer = {.status = 403, .content_type = "text/html", .body = "Forbidden"};
  start();
  ASSERT_TRUE(until([&] { return engine.asked("size=1") >= 3; }));
  EXPECT_EQ(engine.asked("/system/df"), 1U);
  EXPECT_TRUE(disk.of("aa"));
  EXPECT_EQ(disk.totals(), Totals{});
  EXPECT_THAT(capture.lines,
              ElementsAre("level=warn msg=\"the engine refuses its disk usage: its metrics are missing\" error=\"GET "
                          "/v1.51/system/df over " +
                          endpoint.path +
                          ": HTTP 403: Forbidden\" remedy=\"allow SYSTEM=1 at the socket proxy, or remove the group "
                          "engine_disk from metrics\""));
}

TEST_F(DiskUsageTest, AsksAgainForWhatWasRefusedWhenTheEngineIsConnectedAgain) {
  usage_answer = {.status = 403, .body = "no"};
  list_answer = {.status = 403, .body = "no"};
  start();
  ASSERT_TRUE(until([&] { return capture.lines.size() == 2; }));
  list_answer = {.body = std::string{two_containers}};
  disk.connected();
  ASSERT_TRUE(until([&] { return disk.of("aa").has_value() && engine.asked("size=1") >= 3; }));
  EXPECT_EQ(engine.asked("/system/df"), 2U);
  EXPECT_EQ(capture.lines.size(), 3U) << "the one that is still refused";
}

TEST_F(DiskUsageTest, AsksNothingMoreWhereEverythingIsRefused) {
  usage_answer = {.status = 404, .body = R"({"message":"page not found"})"};
  list_answer = {.status = 403, .body = "no"};
  start();
  ASSERT_TRUE(until([&] { return capture.lines.size() == 2; }));
  io.restart();
  io.run_for(100ms);
  EXPECT_EQ(engine.requests.size(), 2U);
  EXPECT_EQ(capture.lines.size(), 2U);
}

TEST_F(DiskUsageTest, AsksTheListOfAnOldEngineWhoseUsageIsRefused) {
  known.api_max = {1, 41};
  usage_answer = {.status = 403, .body = "no"};
  start();
  ASSERT_TRUE(until([&] { return disk.of("aa").has_value(); }));
  EXPECT_EQ(engine.asked("/system/df"), 1U);
}

TEST_F(DiskUsageTest, AsksNothingWhileTheEngineIsAwayAndAtOnceWhenItIsBack) {
  there = false;
  start();
  io.restart();
  io.run_for(100ms);
  EXPECT_THAT(engine.requests, IsEmpty());
  there = true;
  disk.connected();
  ASSERT_TRUE(until([&] { return disk.of("aa").has_value(); }));
  EXPECT_THAT(capture.lines, IsEmpty());
}

TEST_F(DiskUsageTest, TakesASocketThatIsGoneForNoRefusal) {
  start();
  ASSERT_TRUE(until([&] { return disk.totals().images.bytes.has_value(); }));
  ASSERT_EQ(::unlink(endpoint.path.c_str()), 0);
  ASSERT_TRUE(until([&] { return capture.lines.size() == 2; }));
  engine.server().stop();
  engine.server().listen(endpoint);
  ASSERT_TRUE(until([&] { return capture.count("can read the") == 2 && capture.lines.size() == 4; }));
  EXPECT_EQ(capture.count("refuses"), 0U);
}

TEST_F(DiskUsageTest, SaysNothingOfAQuestionThatTheStopEnds) {
  list_answer = {.hang = true};
  start();
  ASSERT_TRUE(until([&] { return engine.asked("size=1") == 1; }));
  disk.stop();
  context.deadlines.expire_all();
  io.restart();
  io.run_for(100ms);
  EXPECT_THAT(capture.lines, IsEmpty());
  EXPECT_EQ(engine.asked("/system/df"), 0U);
}

TEST_F(DiskUsageTest, SurvivesEverythingAnEngineMaySend) {
  start();
  for (const auto& garbage : std::vector<HttpResponse>{{.body = "{}"},
                                                       {.body = "null"},
                                                       {.body = "[5]"},
                                                       {.body = std::string(200'000, '[')},
                                                       {.body = "\xFF\xFE"},
                                                       {.body = ""},
                                                       {.status = 301},
                                                       {.cut_after = 5},
                                                       {.raw = "junk\r\n\r\n"}}) {
    list_answer = usage_answer = garbage;
    ASSERT_TRUE(rounds(2)) << garbage.body.substr(0, 20);
  }
  list_answer = {.body = std::string{two_containers}};
  usage_answer = {.body = std::string{some_usage}};
  EXPECT_TRUE(until([&] { return disk.of("aa") && disk.totals().images.bytes; }));
}

}  // namespace
}  // namespace cspy::docker
