// OTLP over gRPC against a receiver on a real socket that fails on command.
#include "otlp/transport_grpc.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include "base/version.hpp"
#include "tests/support/http2_peer.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/loop.hpp"

namespace cspy::otlp {
namespace {

using Kind = Outcome::Kind;
using test::Http2Answer;
using test::Http2Request;
using testing::AnyOf;
using testing::ElementsAre;
using testing::MatchesRegex;
using testing::Pair;
using namespace std::chrono_literals;

constexpr std::string_view wrong_port{
    "check that otlp_endpoint is the OTLP/gRPC port of the receiver (4317; 4318 is HTTP)"};

struct GrpcTransportTest : testing::Test {
  GrpcTransportTest() {
    auto endpoint = peer.endpoint();
    endpoint.path = "/v1/metrics";  // which means nothing here
    transport.emplace(context, net::Route{.endpoint = endpoint}, headers);
  }
  ~GrpcTransportTest() override {
    transport->close();
    EXPECT_TRUE(test::run_until(io, [&] { return peer.connections_ended == peer.connections; }));
    peer.stop();
    context.deadlines.expire_all();
    EXPECT_TRUE(test::drain(io)) << "a coroutine is still waiting";
  }

  Outcome send(std::string body = "points", std::chrono::milliseconds patience = test::patience, bool gzip = false) {
    const Payload payload{.body = body, .content_type = "application/x-protobuf", .gzip = gzip};
    return *test::run(io, transport->send(payload, net::Clock::now() + patience));
  }
  [[nodiscard]] std::string url() const { return "gRPC http://" + peer.endpoint().authority(); }

  boost::asio::io_context io;
  net::Context context{io};
  Http2Answer answer{.body = std::string(5, '\0')};
  std::function<Http2Answer(const Http2Request&)> decide = [this](const Http2Request&) { return answer; };
  test::Http2Peer peer{io, [this](const Http2Request& request) { return decide(request); }};
  test::LogCapture capture;
  RequestHeaders headers{{{"authorization", "Basic eDp5"}, {"trace-bin", "AAEC"}}, "", capture.log};
  std::optional<GrpcTransport> transport;
};

TEST_F(GrpcTransportTest, CallsTheStandardWay) {
  const auto outcome = send();
  EXPECT_EQ(outcome.kind, Kind::accepted) << outcome.message;
  EXPECT_EQ(outcome.status, 0U);
  ASSERT_EQ(peer.requests.size(), 1U);
  const auto agent = "ContainerSpy/" + std::string{version()} + " OTel-OTLP-Exporter-Cpp/" + std::string{version()};
  EXPECT_THAT(
      peer.requests[0].headers,
      ElementsAre(Pair(":method", "POST"), Pair(":scheme", "http"), Pair(":authority", peer.endpoint().authority()),
                  Pair(":path", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"),
                  Pair("content-type", "application/grpc"), Pair("te", "trailers"), Pair("user-agent", agent),
                  Pair("grpc-timeout", MatchesRegex("[0-9]{8}u")), Pair("authorization", "Basic eDp5"),
                  Pair("trace-bin", "AAEC")));
  EXPECT_EQ(peer.requests[0].body, std::string("\0\0\0\0\6points", 11));
}

TEST_F(GrpcTransportTest, SaysThatTheMessageIsCompressed) {
  EXPECT_EQ(send("zipped", test::patience, true).kind, Kind::accepted);
  EXPECT_EQ(peer.requests[0].header("grpc-encoding"), "gzip");
  EXPECT_EQ(peer.requests[0].body, std::string("\1\0\0\0\6zipped", 11));
}

TEST_F(GrpcTransportTest, CallsAgainAndAgainOnOneConnection) {
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(send(std::string(200'000, 'x')).kind, Kind::accepted);
  EXPECT_EQ(peer.connections, 1U);
}

TEST_F(GrpcTransportTest, ReplacesAConnectionThatWasIdleForTooLong) {
  transport.emplace(context, net::Route{.endpoint = peer.endpoint()}, headers, 0ms);
  EXPECT_EQ(send().kind, Kind::accepted);
  EXPECT_EQ(send().kind, Kind::accepted);
  EXPECT_EQ(peer.connections, 2U);
}

TEST_F(GrpcTransportTest, ReadsTheStatusWhereverItStands) {
  const std::vector<std::pair<const char*, Http2Answer>> rows{
      {"in the trailers", {.trailers = {{"grpc-status", "14"}, {"grpc-message", "too%20busy"}}}},
      {"in only trailers",
       {.headers = {{"content-type", "application/grpc"}, {"grpc-status", "14"}, {"grpc-message", "too%20busy"}},
        .only_trailers = true}},
      {"in the headers before an empty body",
       {.headers = {{"content-type", "application/grpc"}, {"grpc-status", "14"}, {"grpc-message", "too%20busy"}},
        .trailers = {}}},
      {"after interim answers", {.trailers = {{"grpc-status", "14"}, {"grpc-message", "too%20busy"}}, .interim = 2}},
  };
  for (const bool byte_by_byte : {false, true}) {
    transport->close();
    peer.manners.byte_by_byte = byte_by_byte;
    for (const auto& [name, given] : rows) {
      answer = given;
      const auto outcome = send();
      EXPECT_EQ(outcome.message, url() + ": UNAVAILABLE: too busy") << name;
      EXPECT_EQ(outcome.kind, Kind::transient) << name;
      EXPECT_EQ(outcome.status, 14U) << name;
    }
  }
  EXPECT_EQ(peer.connections, 2U) << "a refusal is no reason to open another";
}

TEST_F(GrpcTransportTest, KnowsEveryCodeOnTheWire) {
  for (int code = 1; code <= 16; ++code) {
    const bool again = code == 1 || code == 4 || code == 8 || code == 10 || code == 11 || code == 14 || code == 15;
    const auto kind = again ? Kind::transient : Kind::permanent;
    answer.trailers = {{"grpc-status", std::to_string(code)}};
    const auto outcome = send();
    EXPECT_EQ(outcome.status, static_cast<unsigned>(code));
    EXPECT_EQ(outcome.kind, kind) << code;
  }
}

TEST_F(GrpcTransportTest, ReadsPartialSuccessAndDelay) {
  // ExportMetricsServiceResponse{partial_success{rejected_data_points: 7, error_message: "late"}}
  answer.body = std::string{"\0\0\0\0\x0a\x0a\x08\x08\x07\x12\x04late", 15};
  const auto partial = send();
  EXPECT_EQ(partial.kind, Kind::accepted);
  EXPECT_EQ(partial.rejected_points, 7U);
  EXPECT_EQ(partial.message, "late");
  // Status{code: 8, details{RetryInfo{retry_delay{seconds: 5}}}}
  for (const auto* details : {"CAgaMAoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIECgIIBQ==",
                              "CAgaMAoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIECgIIBQ"}) {
    answer = {.trailers = {{"grpc-status", "8"}, {"grpc-status-details-bin", details}}};
    const auto outcome = send();
    EXPECT_EQ(outcome.kind, Kind::transient);
    EXPECT_EQ(outcome.retry_after, 5s);
    EXPECT_EQ(outcome.message, url() + ": RESOURCE_EXHAUSTED");
  }
}

TEST_F(GrpcTransportTest, TellsWhatIsNoGrpcReceiver) {
  answer = {.status = 404, .headers = {{"content-type", "text/plain"}}, .body = "404 page not found", .trailers = {}};
  const auto http2 = send();
  EXPECT_EQ(http2.message, url() + ": UNIMPLEMENTED: HTTP 404 with text/plain instead of gRPC: 404 page not found");
  EXPECT_EQ(http2.remedy, wrong_port);
  transport->close();
  peer.manners.raw = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
  const auto http1 = send();
  EXPECT_EQ(http1.message, url() + ": the answer is not HTTP/2: the peer speaks HTTP/1");
  EXPECT_EQ(http1.kind, Kind::permanent);
  EXPECT_EQ(http1.remedy, wrong_port);
}

TEST_F(GrpcTransportTest, RepeatsOnceWhatThePeerHasNotTouched) {
  std::size_t asked = 0;
  const std::vector<std::pair<const char*, Http2Answer>> rows{
      {"refused", {.reset = NGHTTP2_REFUSED_STREAM}},
      {"excluded by GOAWAY", {.goaway = 1}},
  };
  for (const auto& [name, first] : rows) {
    transport->close();
    ASSERT_EQ(send().kind, Kind::accepted);
    asked = 0;
    const auto before = peer.connections;
    decide = [&](const Http2Request&) { return asked++ == 0 ? first : answer; };
    EXPECT_EQ(send().kind, Kind::accepted) << name;
    EXPECT_EQ(asked, 2U) << name;
    EXPECT_EQ(peer.connections, before + 1) << name << ": on a fresh connection";
    asked = 0;
    decide = [&](const Http2Request&) {
      ++asked;
      return Http2Answer{.reset = NGHTTP2_REFUSED_STREAM};
    };
    const auto outcome = send();
    EXPECT_EQ(asked, 2U) << "not for ever";
    EXPECT_EQ(outcome.kind, Kind::transient);
    EXPECT_EQ(outcome.message, url() + ": the peer reset the stream: REFUSED_STREAM");
    decide = [this](const Http2Request&) { return answer; };
  }
}

TEST_F(GrpcTransportTest, DoesNotRepeatWhatThePeerMayHaveTaken) {
  ASSERT_EQ(send().kind, Kind::accepted);
  answer = {.reset = NGHTTP2_INTERNAL_ERROR};
  const auto outcome = send();
  EXPECT_EQ(outcome.kind, Kind::transient);
  EXPECT_EQ(outcome.message, url() + ": the peer reset the stream: INTERNAL_ERROR");
  EXPECT_EQ(peer.requests.size(), 2U);
}

TEST_F(GrpcTransportTest, GoesOnAfterTheKeptConnectionHasEnded) {
  const std::vector<std::pair<const char*, std::function<void()>>> rows{
      {"closed", [&] { peer.close_connection(); }},
      {"GOAWAY", [&] { peer.goaway(1); }},
      {"reset", [&] { peer.reset_connection_after(1); }},
  };
  for (const auto& [name, end] : rows) {
    for (const bool noticed : {false, true}) {
      transport->close();
      ASSERT_EQ(send().kind, Kind::accepted);
      const auto before = peer.connections;
      end();
      if (noticed && name != std::string_view{"reset"}) {
        ASSERT_TRUE(test::run_until(io, [&] { return peer.connections_ended == peer.connections; })) << name;
      }
      EXPECT_EQ(send().kind, Kind::accepted) << name;
      EXPECT_EQ(peer.connections, before + 1) << name;
    }
  }
}

TEST_F(GrpcTransportTest, SurvivesAResetAtAnyByteOfTheRequest) {
  const std::string body(300, 'x');
  ASSERT_EQ(send(body).kind, Kind::accepted);
  const auto first = peer.bytes_received;
  ASSERT_EQ(send(body).kind, Kind::accepted);
  const auto next = peer.bytes_received - first;
  ASSERT_GT(next, 300U);
  for (std::size_t at = 0; at < first; ++at) {
    transport->close();
    peer.manners.reset_after = at;
    const auto failed = send(body);
    peer.manners.reset_after.reset();
    EXPECT_EQ(send(body).kind, Kind::accepted) << at;
    if (failed.kind == Kind::accepted) continue;  // only acknowledgements were missing
    EXPECT_EQ(failed.kind, Kind::transient) << at;
    EXPECT_THAT(failed.message, AnyOf(url() + ": Connection reset by peer", url() + ": Broken pipe",
                                      url() + ": the peer closed the connection"))
        << at;
  }
  for (std::size_t at = 1; at < next; ++at) {
    peer.reset_connection_after(at);
    EXPECT_EQ(send(body).kind, Kind::accepted) << at << ": a kept connection is replaced";
  }
}

TEST_F(GrpcTransportTest, FailsWhereTheReceiverIsAwayOrSilent) {
  peer.manners.silent = true;
  const auto silent = send("points", 1ms);
  EXPECT_EQ(silent.kind, Kind::transient);
  EXPECT_EQ(silent.message, url() + ": no answer within the deadline");
  peer.manners.silent = false;
  EXPECT_EQ(send().kind, Kind::accepted);
  transport->close();
  ASSERT_TRUE(test::run_until(io, [&] { return peer.connections_ended == peer.connections; }));
  peer.stop();
  const auto away = send();
  EXPECT_EQ(away.kind, Kind::transient);
  EXPECT_EQ(away.message, url() + ": Connection refused");
}

TEST_F(GrpcTransportTest, MayBeClosedWithinACall) {
  answer.hang = true;
  std::optional<Outcome> outcome;
  test::spawn(io, [](GrpcTransport* sender, std::optional<Outcome>* out) -> net::Task<void> {
    out->emplace(co_await sender->send({.body = "points", .content_type = ""}, net::Clock::now() + test::patience));
  }(&*transport, &outcome));
  ASSERT_TRUE(test::run_until(io, [&] { return peer.requests.size() == 1; }));
  transport->close();
  ASSERT_TRUE(test::run_until(io, [&] { return outcome.has_value(); }));
  EXPECT_EQ(outcome->kind, Kind::transient);
  EXPECT_EQ(outcome->message, url() + ": stopped");
}

}  // namespace
}  // namespace cspy::otlp
