// The exporter with a real transport and a receiver that fails on command: requests, losses and log lines.
#include "otlp/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "otlp/encode_protobuf.hpp"
#include "otlp/transport_http.hpp"
#include "tests/fakes/http_server.hpp"
#include "tests/fakes/otlp_decode.hpp"
#include "tests/support/gunzip.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::otlp {
namespace {

using fakes::HttpRequest;
using fakes::HttpResponse;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

struct ExporterTest : testing::Test {
  ExporterTest() {
    receiver.listen({Endpoint::Kind::tcp, "127.0.0.1", 0, ""});
    endpoint.port = receiver.port();
    transport.emplace(context, net::Route{.endpoint = endpoint}, headers);
    start({});
  }
  /// Begins anew, with other settings.
  void start(Exporter::Settings settings) {
    settings.delivery.interval = std::chrono::seconds{10};
    if (settings.queue.bytes_max == 0) settings.queue.bytes_max = 32 * 1024 * 1024;
    settings.queue.age_max = std::chrono::hours{24 * 365 * 100};
    settings.delivery.retry_min = settings.delivery.retry_max = std::chrono::milliseconds{1};
    stop();
    exporter.emplace(
        io, settings, encoder, *transport, capture.log,
        [this](std::vector<metrics::Ending> endings) {
          for (auto& ending : endings)
            restored.push_back(std::move(ending));
        },
        [] { return 0.5; });
    running = true;
    test::spawn(io, run());
  }
  net::Task<void> run() {
    co_await exporter->run();
    running = false;
  }
  /// Ends it, as at the end of the program; what waits is tried once more.
  void stop() {
    if (!exporter) return;
    exporter->close();
    EXPECT_TRUE(test::run_until(io, [&] { return !running; }));
    exporter.reset();
  }
  ~ExporterTest() override {
    if (exporter) exporter->abandon();
    context.deadlines.expire_all();
    receiver.stop();
    EXPECT_TRUE(test::drain(io)) << "a coroutine is still waiting";
  }

  [[nodiscard]] metrics::Round round(int containers, int endings = 0) const {
    metrics::Round result{
        .time = test::started_at + 60 * test::second, .readings = {}, .endings = {}, .identity = identity};
    for (int i = 0; i < containers; ++i)
      result.readings.push_back(test::make_reading(test::make_container("r" + std::to_string(i), "web")));
    for (int i = 0; i < endings; ++i)
      result.endings.push_back(
          {.last = test::make_reading(test::make_container("e" + std::to_string(i), "gone")), .now = nullptr});
    return result;
  }
  [[nodiscard]] metrics::Round round_of(std::shared_ptr<const metrics::Container> container) const {
    metrics::Round result{.time = test::started_at, .readings = {}, .endings = {}, .identity = identity};
    result.readings.push_back(test::make_reading(std::move(container)));
    return result;
  }
  /// What the round takes in the queue.
  static std::size_t bytes_of(metrics::Round round) {
    queue::Backlog backlog{{.bytes_max = 1, .age_max = {}}};
    (void)backlog.push({.sequence = 1, .round = std::move(round)});
    return backlog.bytes();
  }
  bool settled(std::uint64_t rounds) {
    return test::run_until(io,
                           [&] { return exporter->counts().rounds_sent + exporter->counts().rounds_lost >= rounds; });
  }
  [[nodiscard]] std::string url() const {
    return "POST http://127.0.0.1:" + std::to_string(endpoint.port) + "/v1/metrics";
  }

  boost::asio::io_context io;
  net::Context context{io};
  std::vector<HttpRequest> requests;
  HttpResponse answer{.content_type = "application/x-protobuf"};
  std::function<HttpResponse(const HttpRequest&)> decide = [this](const HttpRequest&) { return answer; };
  fakes::HttpServer receiver{io, [this](const HttpRequest& request) {
                               requests.push_back(request);
                               return decide(request);
                             }};
  Endpoint endpoint{Endpoint::Kind::tcp, "127.0.0.1", 0, "/v1/metrics"};
  test::LogCapture capture;
  ProtobufEncoder encoder;
  RequestHeaders headers;
  std::optional<HttpTransport> transport;
  std::optional<Exporter> exporter;
  metrics::IdentityPtr identity = test::make_identity();
  std::vector<metrics::Ending> restored;
  bool running = false;
};

TEST_F(ExporterTest, PostsARoundTheStandardWay) {
  exporter->push(round(2));
  ASSERT_TRUE(settled(1));
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].target, "/v1/metrics");
  EXPECT_EQ(requests[0].header("Content-Type"), "application/x-protobuf") << "exactly, without a charset";
  EXPECT_EQ(requests[0].header("Host"), "127.0.0.1:" + std::to_string(endpoint.port));
  EXPECT_THAT(requests[0].header("User-Agent"), testing::StartsWith("ContainerSpy/"));
  EXPECT_EQ(fakes::decode_request(requests[0].body)->points(), exporter->counts().points_sent);
  EXPECT_THAT(capture.lines, ElementsAre("level=info msg=\"first metrics delivered\" points=" +
                                         std::to_string(exporter->counts().points_sent)));
}

TEST_F(ExporterTest, SplitsALargeRoundIntoRequestsOfOneTimeOverOneConnection) {
  exporter->push(round(100));
  ASSERT_TRUE(settled(1));
  EXPECT_GT(requests.size(), 3U);
  EXPECT_EQ(receiver.connections_accepted(), 1U);
  std::size_t points = 0;
  for (const auto& request : requests) {
    const auto decoded = fakes::decode_request(request.body);
    points += decoded->points();
    for (const auto& metric : decoded->metrics) {
      for (const auto& point : metric.points)
        EXPECT_EQ(point.time, test::started_at + 60 * test::second);
    }
  }
  EXPECT_EQ(points, 100U * round(1).readings[0]->points);
}

TEST_F(ExporterTest, SendsNoEmptyEnvelope) {
  exporter->push(round(0));
  exporter->push(round(1));
  ASSERT_TRUE(settled(1));
  EXPECT_THAT(requests, SizeIs(1));
}

TEST_F(ExporterTest, SaysOnceThatTheReceiverIsAwayAndOnceThatItIsBack) {
  std::size_t asked = 0;
  decide = [&](const HttpRequest&) { return ++asked <= 2 ? HttpResponse{.status = 503} : HttpResponse{}; };
  exporter->push(round(1, 1));
  exporter->push(round(1, 1));
  ASSERT_TRUE(settled(2));
  EXPECT_THAT(capture.lines,
              ElementsAre("level=warn msg=\"cannot deliver metrics\" error=\"" + url() + ": HTTP 503\"",
                          HasSubstr("first metrics delivered"), "level=info msg=\"all waiting rounds are delivered\""));
  EXPECT_EQ(exporter->counts().rounds_sent, 2U);
  EXPECT_EQ(exporter->counts().rounds_lost, 0U);
  EXPECT_THAT(restored, SizeIs(0));
  capture.lines.clear();
  asked = 0;
  exporter->push(round(1));
  exporter->push(round(1));
  ASSERT_TRUE(settled(4));
  EXPECT_THAT(capture.lines,
              ElementsAre("level=warn msg=\"cannot deliver metrics\" error=\"" + url() + ": HTTP 503\"",
                          "level=info msg=\"metrics are delivered again\" rounds_waiting=1 rounds_lost=0",
                          "level=info msg=\"all waiting rounds are delivered\""));
}

TEST_F(ExporterTest, TellsEachKindOfRefusalOnceWithItsRemedy) {
  for (const unsigned status : {404U, 404U, 415U}) {
    answer = {.status = status, .content_type = "text/plain", .body = "no"};
    exporter->push(round(1));
    ASSERT_TRUE(settled(exporter->counts().rounds_lost + 1));
  }
  ASSERT_THAT(capture.lines, SizeIs(2));
  EXPECT_THAT(capture.lines[0], testing::AllOf(HasSubstr("HTTP 404: no"), HasSubstr("remedy=")));
  EXPECT_THAT(capture.lines[1], HasSubstr("HTTP 415"));
}

TEST_F(ExporterTest, DropsOnlyTheRequestThatCanNeverSucceed) {
  std::size_t seen = 0;
  decide = [&](const HttpRequest&) { return seen++ == 0 ? HttpResponse{.status = 400} : HttpResponse{}; };
  exporter->push(round(100));
  ASSERT_TRUE(settled(1));
  EXPECT_GT(requests.size(), 3U) << "the others are sent all the same";
  EXPECT_GT(exporter->counts().points_sent, 0U);
  EXPECT_GT(exporter->counts().points_lost, 0U);
  EXPECT_EQ(exporter->counts().points_sent + exporter->counts().points_lost, 100U * round(1).readings[0]->points);
}

TEST_F(ExporterTest, GoesOnWithTheRequestThatFailed) {
  std::size_t seen = 0;
  decide = [&](const HttpRequest&) { return seen++ == 1 ? HttpResponse{.status = 503} : HttpResponse{}; };
  exporter->push(round(100, 2));
  ASSERT_TRUE(settled(1));
  ASSERT_GT(requests.size(), 4U);
  EXPECT_EQ(requests[1].body, requests[2].body) << "the same again";
  EXPECT_NE(requests[0].body, requests[1].body);
  EXPECT_EQ(exporter->counts().points_sent, 100U * round(1).readings[0]->points);
  EXPECT_EQ(exporter->counts().rounds_sent, 1U);
}

TEST_F(ExporterTest, DropsTheOldestRoundsWhereTheQueueIsFull) {
  start({.queue = {.bytes_max = 2 * bytes_of(round(1, 1))}});
  bool hang = true;
  decide = [&](const HttpRequest&) { return HttpResponse{.hang = hang}; };
  exporter->push(round(1));
  ASSERT_TRUE(test::run_until(io, [&] { return requests.size() == 1; }));
  for (int i = 0; i < 3; ++i)
    exporter->push(round(1, 1));
  EXPECT_EQ(exporter->counts().rounds_lost, 2U);
  EXPECT_EQ(exporter->counts().points_lost, 2U * round(1).readings[0]->points);
  EXPECT_THAT(restored, SizeIs(2)) << "endings are not lost with the points";
  EXPECT_EQ(capture.count("the oldest waiting rounds are dropped"), 1U);
}

TEST_F(ExporterTest, CompressesWithGzip) {
  exporter->push(round(3));
  ASSERT_TRUE(settled(1));
  start({.gzip = true});
  exporter->push(round(3));
  ASSERT_TRUE(settled(1));
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[0].header("Content-Encoding"), "");
  EXPECT_EQ(requests[1].header("Content-Encoding"), "gzip");
  EXPECT_EQ(requests[1].header("Content-Type"), "application/x-protobuf");
  EXPECT_EQ(test::gunzip(requests[1].body), requests[0].body);
  EXPECT_LT(requests[1].body.size() * 5, requests[0].body.size());
}

TEST_F(ExporterTest, SendsDeltasWhereTheyAreAskedFor) {
  start({.temporality = Temporality::delta});
  exporter->push(round(1));
  exporter->push(round(1));
  ASSERT_TRUE(settled(2));
  const auto sums = [&](std::size_t index) {
    std::size_t count = 0;
    const auto decoded = fakes::decode_request(requests[index].body);
    for (const auto& metric : decoded->metrics) {
      if (!metric.sum) continue;
      ++count;
      EXPECT_EQ(metric.temporality, 1) << metric.name;
      for (const auto& point : metric.points)
        EXPECT_EQ(point.number(), 0) << metric.name << " has not changed";
    }
    return count;
  };
  EXPECT_EQ(sums(0), 0U) << "the container is older than the exporter";
  EXPECT_GT(sums(1), 10U);
}

TEST_F(ExporterTest, ForgetsTheBaseOfAContainerWhoseEndWasRefused) {
  start({.temporality = Temporality::delta});
  auto sample = test::full_sample();
  sample.oom_events = std::nullopt;  // a base with OOM kills is kept for the next run
  const auto reading = test::make_reading(test::make_container("r", "web"), sample);
  UnixNanos time = test::started_at;
  const auto push = [&](std::vector<metrics::ReadingPtr> readings, std::vector<metrics::Ending> endings) {
    time += 10 * test::second;
    exporter->push(
        {.time = time, .readings = std::move(readings), .endings = std::move(endings), .identity = identity});
  };
  const auto has_counters = [&] {
    return std::ranges::any_of(fakes::decode_request(requests.back().body)->metrics,
                               [](const auto& metric) { return metric.sum; });
  };
  push({reading}, {});
  push({reading}, {});
  ASSERT_TRUE(settled(2));
  EXPECT_TRUE(has_counters());
  answer.status = 400;
  push({}, {{.last = reading, .now = nullptr}});
  ASSERT_TRUE(settled(3));
  answer.status = 200;
  push({reading}, {});
  ASSERT_TRUE(settled(4));
  EXPECT_FALSE(has_counters()) << "nothing counts on from the run that has ended";
}

TEST_F(ExporterTest, SaysWhatAPartialSuccessRejected) {
  // ExportMetricsServiceResponse{partial_success{rejected_data_points: 7, error_message: "late"}}
  answer.body = std::string{"\x0a\x08\x08\x07\x12\x04late", 10};
  exporter->push(round(1));
  exporter->push(round(1));
  ASSERT_TRUE(settled(2));
  EXPECT_EQ(exporter->counts().points_rejected, 14U);
  EXPECT_EQ(capture.count("level=warn msg=\"the receiver rejected some points\" rejected=7 message=late"), 1U);
}

TEST_F(ExporterTest, GoesOnAfterTheReceiverClosedTheKeptConnection) {
  exporter->push(round(1));
  ASSERT_TRUE(settled(1));
  receiver.drop_connections();
  exporter->push(round(1));
  ASSERT_TRUE(settled(2));
  EXPECT_EQ(exporter->counts().rounds_lost, 0U);
  EXPECT_EQ(receiver.connections_accepted(), 2U);
}

TEST_F(ExporterTest, SendsWhatWaitsBeforeItEnds) {
  exporter->push(round(1));
  exporter->push(round(1));
  exporter->close();
  ASSERT_TRUE(settled(2));
  EXPECT_EQ(exporter->counts().rounds_sent, 2U);
}

TEST_F(ExporterTest, TriesOnceMoreAtTheEndAndThenLeavesIt) {
  answer = {.status = 503};
  exporter->push(round(1));
  exporter->push(round(1, 1));
  ASSERT_TRUE(test::run_until(io, [&] { return !capture.lines.empty(); }));
  const auto tried = requests.size();
  exporter->close();
  ASSERT_TRUE(settled(2)) << "without waiting for the next attempt";
  EXPECT_LE(requests.size(), tried + 2);
  EXPECT_EQ(exporter->counts().rounds_lost, 2U);
  EXPECT_THAT(restored, SizeIs(1));
}

TEST_F(ExporterTest, KeepsWhatWaitsForTheNextRunWhereItHasADirectory) {
  const test::TempDir dir;
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  answer = {.status = 503};
  for (int i = 0; i < 3; ++i)
    exporter->push(round(2, 1));
  ASSERT_TRUE(test::run_until(io, [&] { return !requests.empty() && !capture.lines.empty(); }));
  const auto sent_in_vain = requests.size();
  exporter->close();
  ASSERT_TRUE(test::run_until(io, [&] { return !running; }));
  EXPECT_EQ(exporter->counts().rounds_kept, 3U);
  EXPECT_EQ(exporter->counts().rounds_lost, 0U);
  EXPECT_THAT(restored, SizeIs(0));
  exporter.reset();
  requests.clear();
  capture.lines.clear();

  answer = {};
  start({});
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  exporter->push(round(2));
  ASSERT_TRUE(settled(4));
  EXPECT_THAT(capture.lines,
              ElementsAre("level=info msg=\"rounds from before the restart are waiting to be delivered\" rounds=3",
                          HasSubstr("first metrics delivered"), "level=info msg=\"all waiting rounds are delivered\""));
  ASSERT_THAT(requests, SizeIs(4));
  EXPECT_EQ(requests[0].body, requests[1].body);
  EXPECT_EQ(fakes::decode_request(requests[2].body)->points(), 3U * round(1).readings[0]->points)
      << "with the series that ended";
  EXPECT_GT(sent_in_vain, 0U);

  requests.clear();
  start({});
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  exporter->push(round(1));
  ASSERT_TRUE(settled(1));
  EXPECT_THAT(requests, SizeIs(1)) << "acknowledged requests are not sent again";
}

TEST_F(ExporterTest, SendsARoundUnderTheIdentityThatItWasReadWith) {
  const test::TempDir dir;
  const auto instances = [&] {
    std::vector<std::string> found;
    found.reserve(requests.size());
    for (const auto& request : requests)
      found.push_back(fakes::decode_request(request.body)->resource["service.instance.id"]);
    return found;
  };
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  answer = {.status = 503};
  for (int i = 0; i < 3; ++i)
    exporter->push(round(1, 1));
  ASSERT_TRUE(test::run_until(io, [&] { return !capture.lines.empty(); }));
  stop();
  requests.clear();

  // The engine is away when the agent starts again: nothing has told it yet who it is.
  answer = {};
  start({});
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  ASSERT_TRUE(test::run_until(io, [&] { return exporter->counts().rounds_sent == 3; }));
  EXPECT_THAT(instances(), ElementsAre("tests", "tests", "tests"));

  identity = test::make_identity("another");
  exporter->push(round(1));
  ASSERT_TRUE(settled(4));
  EXPECT_THAT(instances(), ElementsAre("tests", "tests", "tests", "another"));
}

TEST_F(ExporterTest, SendsNothingWithoutAnIdentity) {
  identity = nullptr;
  exporter->push(round(1, 1));
  EXPECT_EQ(exporter->counts().rounds_lost, 1U);
  EXPECT_THAT(restored, SizeIs(1)) << "a later round ends the series";
  identity = test::make_identity();
  exporter->push(round(1));
  ASSERT_TRUE(settled(2));
  EXPECT_THAT(requests, SizeIs(1));
}

TEST_F(ExporterTest, EndsNoSeriesUnderAnIdentityThatNeverHadThem) {
  const test::TempDir dir;
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  answer = {.status = 503};
  exporter->push(round(1, 1));
  ASSERT_TRUE(test::run_until(io, [&] { return !capture.lines.empty(); }));
  stop();

  identity = test::make_identity("another");
  start({.queue = {.bytes_max = 2 * bytes_of(round(1, 1))}});
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  ASSERT_THAT(exporter->backlog().rounds(), SizeIs(1));
  for (int i = 0; i < 3; ++i)
    exporter->push(round(1));
  EXPECT_GT(exporter->counts().rounds_lost, 0U);
  EXPECT_THAT(restored, SizeIs(0));
}

TEST_F(ExporterTest, DropsNoMoreThanItsDirectoryNeeds) {
  const test::TempDir dir;
  constexpr std::size_t bytes_max = 1024 * 1024;
  start({.queue = {.bytes_max = bytes_max}});
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  answer = {.status = 503, .headers = {{"Retry-After", "600"}}};
  // Each record has the container's labels, which the memory shares between the rounds: the directory is full first.
  constexpr int rounds = 300;
  const auto container = test::make_container("c", std::string(8'000, 'n'));
  exporter->push(round_of(container));
  ASSERT_TRUE(test::run_until(io, [&] { return !capture.lines.empty(); }));
  for (int i = 1; i < rounds; ++i)
    exporter->push(round_of(container));
  EXPECT_GT(exporter->counts().rounds_lost, 0U);
  EXPECT_GT(exporter->backlog().rounds().size(), 50U) << "64 fit; an eighth goes at a time, and not more";
  EXPECT_EQ(exporter->backlog().rounds().back().sequence, std::uint64_t{rounds});
  stop();
  EXPECT_EQ(capture.count("the oldest waiting rounds are dropped"), 1U);
}

TEST_F(ExporterTest, CountsTheRoundsOfAnEarlierRunThatDoNotFit) {
  const test::TempDir dir;
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  answer = {.status = 503};
  for (int i = 0; i < 9; ++i)
    exporter->push(round(2, 1));
  ASSERT_TRUE(test::run_until(io, [&] { return !capture.lines.empty(); }));
  stop();
  capture.lines.clear();

  // The records are smaller than the rounds in memory.
  answer = {.hang = true};
  const Exporter::Settings lower{.queue = {.bytes_max = 3 * bytes_of(round(2, 1))}};
  start(lower);
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  EXPECT_LE(exporter->backlog().bytes(), lower.queue.bytes_max);
  const auto left = exporter->backlog().rounds().size();
  EXPECT_GT(left, 2U);
  EXPECT_EQ(exporter->counts().rounds_lost, 9 - left);
  EXPECT_THAT(capture.lines,
              ElementsAre("level=warn msg=\"rounds from before the restart do not fit into the queue: the oldest are "
                          "dropped\" rounds=" +
                              std::to_string(9 - left) + " remedy=\"raise queue_limit\"",
                          "level=info msg=\"rounds from before the restart are waiting to be delivered\" rounds=" +
                              std::to_string(left)));
  exporter->abandon();
  ASSERT_TRUE(test::run_until(io, [&] { return !running; }));
  exporter.reset();

  start({});
  ASSERT_TRUE(exporter->keep_in(dir.file("queue")));
  EXPECT_THAT(exporter->backlog().rounds(), SizeIs(left)) << "the others are gone from the directory too";
}

struct FullDirectoryTest : ExporterTest {
  FullDirectoryTest() {
    start({.queue = {.bytes_max = 200'000}});
    EXPECT_TRUE(exporter->keep_in(dir.file("queue")));
  }
  /// While the first round is on its way, pushes more than the directory holds.
  void fill() {
    exporter->push(round_of(container));
    ASSERT_TRUE(test::run_until(io, [&] { return requests.size() == 1; }));
    for (int i = 1; i < rounds; ++i)
      exporter->push(round_of(container));
    EXPECT_EQ(exporter->counts().rounds_lost, 0U) << "none of them would make room";
    EXPECT_THAT(exporter->backlog().rounds(), SizeIs(rounds));
  }
  static constexpr int rounds = 8;
  test::TempDir dir;
  std::shared_ptr<const metrics::Container> container = test::make_container("c", std::string(30'000, 'n'));
};

TEST_F(FullDirectoryTest, CostsNothingWhereTheReceiverTakesTheRounds) {
  decide = [](const HttpRequest&) { return HttpResponse{.delay = std::chrono::milliseconds{20}}; };
  fill();
  ASSERT_TRUE(settled(rounds));
  EXPECT_EQ(exporter->counts().rounds_sent, std::uint64_t{rounds});
  EXPECT_EQ(exporter->counts().rounds_lost, 0U);
}

TEST_F(FullDirectoryTest, CostsTheOldestRoundsAfterTheRequestHasFailed) {
  decide = [](const HttpRequest&) {
    return HttpResponse{.status = 503, .headers = {{"Retry-After", "600"}}, .delay = std::chrono::milliseconds{20}};
  };
  fill();
  ASSERT_TRUE(test::run_until(io, [&] { return exporter->counts().rounds_lost > 0; }));
  const auto left = exporter->backlog().rounds().size();
  EXPECT_EQ(left, 3U) << "as many as fit";
  EXPECT_EQ(exporter->backlog().rounds().back().sequence, std::uint64_t{rounds});
  EXPECT_EQ(capture.count("the oldest waiting rounds are dropped"), 1U);
  exporter->abandon();
  ASSERT_TRUE(test::run_until(io, [&] { return !running; }));
  EXPECT_EQ(exporter->counts().rounds_kept, left) << "the others are in the directory";
}

}  // namespace
}  // namespace cspy::otlp
