// The exporter over a real transport to a receiver that fails on command: what is sent, lost and said.
#include "otlp/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "otlp/encode_protobuf.hpp"
#include "otlp/transport_http.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/readings.hpp"
#include "tools/http_server.hpp"
#include "tools/otlp_decode.hpp"

namespace cspy::otlp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using tools::HttpRequest;
using tools::HttpResponse;

struct ExporterTest : testing::Test {
  ExporterTest() {
    receiver.listen({Endpoint::Kind::tcp, "127.0.0.1", 0, ""});
    endpoint.port = receiver.port();
    transport.emplace(context, net::Route{.endpoint = endpoint}, headers);
    exporter.emplace(io, encoder, *transport, capture.log, [this](std::vector<metrics::Ending> endings) {
      for (auto& ending : endings)
        restored.push_back(std::move(ending));
    });
    exporter->set_resource({{"service.name", "containerspy"}});
    test::spawn(io, exporter->run());
  }
  ~ExporterTest() override {
    exporter->abandon();
    context.deadlines.expire_all();
    receiver.stop();
    EXPECT_TRUE(test::drain(io)) << "a coroutine is still waiting";
  }

  static metrics::Round round(int containers, int endings = 0) {
    metrics::Round result{.time = test::started_at + 60 * test::second, .readings = {}, .endings = {}};
    for (int i = 0; i < containers; ++i)
      result.readings.push_back(test::make_reading(test::make_container("r" + std::to_string(i), "web")));
    for (int i = 0; i < endings; ++i)
      result.endings.push_back(
          {.last = test::make_reading(test::make_container("e" + std::to_string(i), "gone")), .now = nullptr});
    return result;
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
  tools::HttpServer receiver{io, [this](const HttpRequest& request) {
                               requests.push_back(request);
                               return decide(request);
                             }};
  Endpoint endpoint{Endpoint::Kind::tcp, "127.0.0.1", 0, "/v1/metrics"};
  test::LogCapture capture;
  ProtobufEncoder encoder;
  RequestHeaders headers;
  std::optional<HttpTransport> transport;
  std::optional<Exporter> exporter;
  std::vector<metrics::Ending> restored;
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
  EXPECT_EQ(tools::decode_request(requests[0].body)->points(), exporter->counts().points_sent);
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
    const auto decoded = tools::decode_request(request.body);
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
  receiver.stop();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    exporter->push(round(1, 1));
    ASSERT_TRUE(settled(i));
  }
  receiver.listen(endpoint);
  exporter->push(round(1));
  ASSERT_TRUE(settled(4));
  exporter->push(round(1));
  ASSERT_TRUE(settled(5));
  receiver.stop();
  exporter->push(round(1));
  ASSERT_TRUE(settled(6));
  receiver.listen(endpoint);
  exporter->push(round(1));
  ASSERT_TRUE(settled(7));
  EXPECT_THAT(capture.lines,
              ElementsAre("level=warn msg=\"metrics cannot be delivered\" error=\"" + url() + ": Connection refused\"",
                          HasSubstr("first metrics delivered"),
                          "level=warn msg=\"metrics cannot be delivered\" error=\"" + url() + ": Connection refused\"",
                          "level=info msg=\"metrics are delivered again\" rounds_lost=1"));
  EXPECT_EQ(exporter->counts().rounds_lost, 4U);
  EXPECT_EQ(exporter->counts().points_lost, 4U * round(1).readings[0]->points);
  EXPECT_THAT(restored, SizeIs(3)) << "that a series has ended is not lost with the points";
}

TEST_F(ExporterTest, TellsEachKindOfRefusalOnceWithItsRemedy) {
  for (const unsigned status : {404U, 404U, 415U, 503U}) {
    answer = {.status = status, .content_type = "text/plain", .body = "no"};
    exporter->push(round(1));
    ASSERT_TRUE(settled(exporter->counts().rounds_lost + 1));
  }
  ASSERT_THAT(capture.lines, SizeIs(3));
  EXPECT_THAT(capture.lines[0],
              testing::AllOf(HasSubstr("HTTP 404: no"), HasSubstr("remedy=\"check the path of otlp_endpoint")));
  EXPECT_THAT(capture.lines[1], HasSubstr("HTTP 415"));
  EXPECT_THAT(capture.lines[2], HasSubstr("HTTP 503"));
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

TEST_F(ExporterTest, StopsARoundAtTheFirstTransientFailure) {
  std::size_t seen = 0;
  decide = [&](const HttpRequest&) { return seen++ == 1 ? HttpResponse{.status = 503} : HttpResponse{}; };
  exporter->push(round(100, 2));
  ASSERT_TRUE(settled(1));
  EXPECT_THAT(requests, SizeIs(2));
  EXPECT_EQ(exporter->counts().points_sent + exporter->counts().points_lost, 100U * round(1).readings[0]->points);
  EXPECT_THAT(restored, SizeIs(2));
}

TEST_F(ExporterTest, DropsTheOldestRoundWhereTheReceiverIsTooSlow) {
  decide = [&](const HttpRequest&) { return HttpResponse{.hang = true}; };
  exporter->push(round(1));
  ASSERT_TRUE(test::run_until(io, [&] { return requests.size() == 1; }));
  for (int i = 0; i < 3; ++i)
    exporter->push(round(1, 1));
  EXPECT_EQ(exporter->counts().rounds_lost, 1U);
  EXPECT_THAT(restored, SizeIs(1));
  EXPECT_EQ(capture.count("the receiver is slower than the interval"), 1U);
}

TEST_F(ExporterTest, SaysWhatAPartialSuccessRejected) {
  // ExportMetricsServiceResponse{partial_success{rejected_data_points: 7, error_message: "late"}}
  answer.body = std::string{"\x0a\x08\x08\x07\x12\x04late", 10};
  exporter->push(round(1));
  exporter->push(round(1));
  ASSERT_TRUE(settled(2));
  EXPECT_EQ(exporter->counts().points_rejected, 14U);
  EXPECT_EQ(capture.count("level=warn msg=\"the receiver did not take all points\" rejected=7 message=late"), 1U);
}

TEST_F(ExporterTest, SurvivesAnswersThatEndAtAnyByte) {
  const std::string whole = "HTTP/1.1 200 Answer\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
  std::uint64_t rounds = 0;
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    answer.cut_after = cut;
    exporter->push(round(1));
    ASSERT_TRUE(settled(++rounds)) << cut;
    EXPECT_EQ(exporter->counts().rounds_lost, rounds) << cut;
  }
  answer.cut_after.reset();
  exporter->push(round(1));
  ASSERT_TRUE(settled(++rounds));
  EXPECT_EQ(exporter->counts().rounds_sent, 1U);
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

}  // namespace
}  // namespace cspy::otlp
