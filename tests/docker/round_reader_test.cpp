#include "docker/round_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/sample_parts.hpp"
#include "tests/fakes/engine_model.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::docker {
namespace {

using fakes::EngineModel;
using fakes::HttpRequest;
using fakes::HttpResponse;
using net::Clock;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(StatsConcurrency, IsSmallForEnginesThatAnswerAtOnce) {
  Engine engine;
  engine.api_max = {1, 51};
  engine.version = "28.5.2";
  EXPECT_EQ(stats_concurrency(engine, 5'000, milliseconds{10'000}), 8U);
  EXPECT_EQ(stats_concurrency(engine, 3, milliseconds{10'000}), 3U);
}

TEST(StatsConcurrency, BringsSlowEnginesWellInsideTheInterval) {
  Engine engine;
  engine.api_max = {1, 41};
  engine.version = "20.10.24";
  const auto at_once = stats_concurrency(engine, 100, milliseconds{10'000});
  EXPECT_GE(at_once, 30U) << "100 reads of 1.2 s in 4 s";
  EXPECT_LE(at_once, 50U);
  EXPECT_EQ(stats_concurrency(engine, 100'000, milliseconds{1'000}), 256U) << "a bound for everything";
  EXPECT_EQ(stats_concurrency(engine, 5, milliseconds{60'000}), 5U);
}

TEST(NameDevices, NamesAndOrdersThem) {
  metrics::Sample sample;
  sample.devices = {{.major = 8, .minor = 16, .device = {}, .read_bytes = 3, .write_bytes = 4},
                    {.major = 8, .minor = 0, .device = {}, .read_bytes = 1, .write_bytes = 2}};
  name_devices(sample, [](std::uint32_t, std::uint32_t minor) { return minor == 0 ? "/dev/sda" : "/dev/sdb"; });
  ASSERT_THAT(sample.devices, SizeIs(2));
  EXPECT_EQ(sample.devices[0].device, "/dev/sda");
  EXPECT_EQ(sample.devices[1].device, "/dev/sdb");
  EXPECT_EQ(*sample.devices[1].write_bytes, 4U);
}

RoundReader::Deadlines within(milliseconds time) {
  return {.all = Clock::now() + time, .stuck = Clock::now() + time};
}

struct CollectTest : testing::Test {
  CollectTest() {
    for (unsigned number = 1; number <= 20; ++number) {
      auto& container = engine.add(number, "c" + std::to_string(number));
      fleet.put(test::make_container(container.id, container.name, container.started), metrics::Health::healthy);
    }
    engine.server().listen(endpoint);
    EXPECT_TRUE(*test::run(io, client.negotiate()));
  }
  RoundReader::Result collect(std::size_t concurrency = 8, milliseconds time = milliseconds{10'000}) {
    return *test::run(io, reader.read(concurrency, within(time)));
  }

  test::TempDir dir;
  boost::asio::io_context io;
  Endpoint endpoint{Endpoint::Kind::unix_socket, "", 0, dir.file("engine.sock")};
  EngineModel engine{io};
  net::Context context{io};
  Client client{context, endpoint};
  metrics::Fleet fleet;
  RoundReader reader{client, fleet, [](std::uint32_t, std::uint32_t) { return "/dev/vda"; }};
};

TEST_F(CollectTest, ReadsEachContainerOnceOverFewConnections) {
  const auto result = collect(4);
  EXPECT_THAT(result.readings, SizeIs(20));
  EXPECT_EQ(result.failed, 0U);
  EXPECT_EQ(engine.asked("/stats"), 20U);
  EXPECT_LE(engine.server().connections_accepted(), 4U);
  EXPECT_EQ(result.readings[0]->sample.health, metrics::Health::healthy);
  EXPECT_EQ(result.readings[0]->sample.devices[0].device, "/dev/vda");
  EXPECT_GT(result.time, test::started_at);
  for (std::size_t i = 1; i < 20; ++i)
    EXPECT_LT(result.readings[i - 1]->container->id, result.readings[i]->container->id);
  collect(4);
  EXPECT_LE(engine.server().connections_accepted(), 4U) << "connections are kept from round to round";
}

TEST_F(CollectTest, AContainerThatFailsCostsItsOwnPointsOnly) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.contains(EngineModel::id_of(7) + "/stats"))
      return HttpResponse{.status = 500, .body = R"({"message":"shim is gone"})"};
    return std::nullopt;
  };
  const auto result = collect();
  EXPECT_THAT(result.readings, SizeIs(19));
  EXPECT_EQ(result.failed, 1U);
  EXPECT_THAT(result.first_error->message, HasSubstr("HTTP 500: shim is gone"));
}

TEST_F(CollectTest, AContainerThatHangsCostsNotMoreThanTheRoundsTime) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.contains(EngineModel::id_of(7) + "/stats")) return HttpResponse{.hang = true};
    return std::nullopt;
  };
  const auto result = collect(8, milliseconds{300});
  EXPECT_THAT(result.readings, SizeIs(19));
  EXPECT_EQ(result.failed, 1U);
}

TEST_F(CollectTest, WhatIsNotReadInTimeIsCounted) {
  const auto result = collect(1, milliseconds{-1});
  EXPECT_THAT(result.readings, IsEmpty());
  EXPECT_EQ(result.failed, 20U);
  EXPECT_EQ(result.first_error->message, "the round ran out of time before all containers were read");
}

TEST_F(CollectTest, SuspectsWhatStoppedIsGoneOrCountsFromTheStart) {
  const auto first = collect();
  (void)fleet.close_round(first.time, first.readings);
  engine.at(EngineModel::id_of(1)).running = false;
  engine.at(EngineModel::id_of(2)).cpu_ns = 5;
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.contains(EngineModel::id_of(3) + "/stats")) return HttpResponse{.status = 404, .body = "{}"};
    return std::nullopt;
  };
  const auto result = collect();
  EXPECT_THAT(result.suspects,
              testing::UnorderedElementsAre(EngineModel::id_of(1), EngineModel::id_of(2), EngineModel::id_of(3)));
  EXPECT_THAT(result.readings, SizeIs(17)) << "no number that would look as if a counter had gone back";
  EXPECT_EQ(result.failed, 0U);
}

TEST_F(CollectTest, DropsTheSampleOfARunThatEndedMeanwhile) {
  engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.contains(EngineModel::id_of(5) + "/stats")) fleet.remove(EngineModel::id_of(5));
    return std::nullopt;
  };
  EXPECT_THAT(collect().readings, SizeIs(19));
}

/// A machine whose files give what `given` says.
struct FakeSource final : LocalSource {
  std::optional<metrics::Sources> read(const metrics::Container&, const metrics::Sources* decided,
                                       metrics::Sample& sample) override {
    last_decided = decided != nullptr ? std::optional{*decided} : std::nullopt;
    sample.missed = missed;
    if (gone) return decided != nullptr && decided->tree ? std::nullopt : std::optional{metrics::Sources{}};
    if (given.tree) sample.memory_usage = 4'711;
    return given;
  }
  void add_storage(const metrics::Container&, metrics::Sample& sample) override { sample.processes = 9; }
  metrics::Sources given;
  bool gone = false;
  metrics::SampleParts missed;
  std::optional<metrics::Sources> last_decided;
};

TEST_F(CollectTest, AsksForNoStatsWhereTheMachineGivesEverything) {
  FakeSource source;
  RoundReader with_source{client, fleet, [](std::uint32_t, std::uint32_t) { return "/dev/vda"; }, {}, &source};
  const auto round = [&] { return *test::run(io, with_source.read(4, within(milliseconds{10'000}))); };
  EXPECT_THAT(round().readings, SizeIs(20));
  EXPECT_EQ(engine.asked("/stats"), 20U) << "it gave nothing";
  source.given = {.tree = true, .proc = false};
  const auto result = round();
  EXPECT_EQ(engine.asked("/stats"), 40U) << "networks are the engine's";
  EXPECT_EQ(result.readings[0]->sample.memory_usage, 4'711U) << "the machine's own number wins";
  EXPECT_THAT(result.readings[0]->sample.networks, SizeIs(1));
  EXPECT_EQ(result.readings[0]->sample.processes, 9U);
  source.given = {.tree = true, .proc = true};
  EXPECT_THAT(round().readings, SizeIs(20));
  EXPECT_EQ(engine.asked("/stats"), 40U) << "nothing is left to ask";
}

TEST_F(CollectTest, KeepsTheSourcesOfARunAndWhatTheyMissed) {
  FakeSource source;
  RoundReader with_source{client, fleet, [](std::uint32_t, std::uint32_t) { return "/dev/vda"; }, {}, &source};
  const auto round = [&] {
    auto result = *test::run(io, with_source.read(4, within(milliseconds{10'000})));
    return fleet.close_round(result.time, std::move(result.readings));
  };
  source.given = {.tree = true, .proc = false};
  round();
  EXPECT_FALSE(source.last_decided) << "the first reading decides";
  source.missed = metrics::parts_of({&metrics::Sample::memory_usage, &metrics::Sample::cpu_total_ns});
  source.missed.networks = true;
  const auto missed = round();
  ASSERT_TRUE(source.last_decided);
  EXPECT_TRUE(source.last_decided->tree);
  ASSERT_THAT(missed.readings, SizeIs(20)) << "a CPU time that was not read has not gone back";
  EXPECT_THAT(missed.endings, IsEmpty());
  EXPECT_THAT(test::series_of(*missed.readings[0]).values,
              testing::Not(testing::Contains(testing::Key("container_memory_usage_bytes"))));
  source.missed = {};
  EXPECT_THAT(round().endings, IsEmpty());
  source.gone = true;
  const auto gone = *test::run(io, with_source.read(1, within(milliseconds{10'000})));
  EXPECT_THAT(gone.readings, IsEmpty());
  EXPECT_THAT(gone.suspects, SizeIs(20)) << "to be inspected";
  EXPECT_EQ(gone.failed, 0U);
}

TEST_F(CollectTest, AsksTheEngineIfTheFilesOfARunAreGoneForGood) {
  FakeSource source;
  RoundReader with_source{client, fleet, [](std::uint32_t, std::uint32_t) { return "/dev/vda"; }, {}, &source};
  const auto round = [&] { return *test::run(io, with_source.read(4, within(milliseconds{10'000}))); };
  source.given = {.tree = true, .proc = true};
  const auto first = round();
  (void)fleet.close_round(first.time, first.readings);
  source.gone = true;
  EXPECT_THAT(round().suspects, SizeIs(20)) << "perhaps they have stopped";
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    return request.target.contains("/stats") ? std::optional{HttpResponse{.status = 500, .body = "{}"}} : std::nullopt;
  };
  for (int again = 0; again < 2; ++again) {
    const auto failing = round();
    EXPECT_EQ(failing.failed, 20U);
    EXPECT_TRUE(failing.first_error);
  }
  engine.intercept = nullptr;
  const auto found = round();
  EXPECT_THAT(found.readings, SizeIs(20));
  EXPECT_THAT(found.suspects, IsEmpty());
  (void)fleet.close_round(found.time, found.readings);
  EXPECT_THAT(round().readings, SizeIs(20)) << "the engine is their source now";
  EXPECT_EQ(source.last_decided, metrics::Sources{});
}

TEST_F(CollectTest, AsksForNoStatsThatNoWantedMetricNeeds) {
  RoundReader frugal{client, fleet, [](std::uint32_t, std::uint32_t) { return ""; },
                     *metrics::Selection::parse("lifecycle,spec,container_last_seen")};
  const auto result = *test::run(io, frugal.read(4, within(milliseconds{10'000})));
  EXPECT_THAT(result.readings, SizeIs(20));
  EXPECT_EQ(engine.asked("/stats"), 0U);
}

TEST_F(CollectTest, TakesDownStoppedContainersWithoutAsking) {
  auto stopped = *fleet.find(EngineModel::id_of(4))->container;
  stopped.subject = metrics::Subject::stopped;
  fleet.put(std::make_shared<const metrics::Container>(stopped), metrics::Health::none);
  const auto result = collect();
  EXPECT_THAT(result.readings, SizeIs(20));
  EXPECT_EQ(result.attempted, 19U);
  EXPECT_EQ(engine.asked("/stats"), 19U);
}

TEST_F(CollectTest, HasAContainerThatStopsMeanwhileOnce) {
  const auto id = EngineModel::id_of(5);
  engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (!request.target.contains(EngineModel::id_of(5) + "/stats")) return std::nullopt;
    auto stopped = *fleet.find(id)->container;
    stopped.subject = metrics::Subject::stopped;
    fleet.put(std::make_shared<const metrics::Container>(stopped), metrics::Health::none);
    return std::nullopt;
  };
  const auto result = collect();
  const auto round = fleet.close_round(result.time, result.readings);
  EXPECT_EQ(std::ranges::count(round.readings, id, [](const auto& r) { return r->container->id; }), 1);
}

TEST_F(CollectTest, ReadsTheOthersWhileSomeAreStuck) {
  // As many as there are requests at a time.
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    for (unsigned number = 1; number <= 8; ++number) {
      if (request.target.contains(EngineModel::id_of(number) + "/stats")) return HttpResponse{.hang = true};
    }
    return std::nullopt;
  };
  const auto first = collect();
  EXPECT_THAT(first.readings, SizeIs(12));
  EXPECT_EQ(first.failed, 8U);
  ASSERT_TRUE(first.first_error);
  EXPECT_EQ(first.first_error->code, Code::timeout);
  // From now on they do not delay the round: the others come first, and the stuck ones have a time of their own.
  const auto begun = Clock::now();
  const auto second =
      *test::run(io, reader.read(8, {.all = begun + milliseconds{10'000}, .stuck = begun + milliseconds{200}}));
  EXPECT_THAT(second.readings, SizeIs(12));
  EXPECT_EQ(second.failed, 8U);
  EXPECT_LT(Clock::now() - begun, milliseconds{1'900}) << "less than one request may take";
  engine.intercept = nullptr;
  // However late the round is: the others may need all of its time in every round.
  const auto third = *test::run(io, reader.read(8, {.all = Clock::now() + milliseconds{10'000}, .stuck = begun}));
  EXPECT_THAT(third.readings, SizeIs(20)) << "they answer again";
}

TEST_F(CollectTest, ReadsTheLastOneThoughAllOthersAreStuck) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    const bool last = request.target.contains(EngineModel::id_of(3));
    return request.target.contains("/stats") && !last ? std::optional{HttpResponse{.hang = true}} : std::nullopt;
  };
  const auto begun = Clock::now();
  const auto result = collect(2, milliseconds{10'000});
  ASSERT_THAT(result.readings, SizeIs(1));
  EXPECT_LT(Clock::now() - begun, milliseconds{9'000}) << "two at a time would need 19 s";
}

TEST_F(CollectTest, ReadsAllStuckOnesOnceOneAnswersAgain) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    return request.target.contains("/stats") ? std::optional{HttpResponse{.hang = true}} : std::nullopt;
  };
  EXPECT_EQ(collect(8, milliseconds{10'000}).failed, 20U);
  engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    auto response = engine.truth(request);
    response.delay = milliseconds{100};
    return response;
  };
  const auto now = Clock::now();
  const auto result = *test::run(io, reader.read(8, {.all = now + milliseconds{10'000}, .stuck = now}));
  EXPECT_THAT(result.readings, SizeIs(20)) << "two at a time would read ten";
}

TEST_F(CollectTest, AsksNothingOfAnEngineThatIsAway) {
  FakeSource source;
  RoundReader with_source{client, fleet, [](std::uint32_t, std::uint32_t) { return "/dev/vda"; }, {}, &source};
  const auto round = [&] {
    return *test::run(io, with_source.read(4, within(milliseconds{10'000}), RoundReader::Ask::files_only));
  };
  const auto without = round();
  EXPECT_THAT(without.readings, IsEmpty());
  EXPECT_EQ(without.failed, 0U) << "they were not tried";
  source.given = {.tree = true, .proc = true};
  EXPECT_THAT(round().readings, SizeIs(20)) << "the machine's files have everything";
  EXPECT_EQ(engine.asked("/stats"), 0U);
}

TEST_F(CollectTest, OfAnEmptyFleetIsEmpty) {
  for (unsigned number = 1; number <= 20; ++number)
    fleet.remove(EngineModel::id_of(number));
  const auto result = collect();
  EXPECT_EQ(result.attempted, 0U);
  EXPECT_EQ(result.time, 0U);
}

}  // namespace
}  // namespace cspy::docker
