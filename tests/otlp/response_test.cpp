#include "otlp/response.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "otlp.pb.h"

namespace cspy::otlp {
namespace {

using Kind = Outcome::Kind;
using std::chrono::seconds;

const Endpoint endpoint{Endpoint::Kind::tcp, "c", 4318, "/v1/metrics"};
constexpr UnixNanos now = 1'795'398'873'000'000'000;  // 2026-11-23T01:54:33Z

Outcome outcome(unsigned status, std::string_view body = {}, std::string_view type = "text/plain",
                std::string_view retry_after = {}) {
  return http_outcome(endpoint, {.status = status, .content_type = type, .body = body, .retry_after = retry_after},
                      now);
}

TEST(HttpOutcome, AcceptsEvery2xxWithAnyBody) {
  EXPECT_EQ(outcome(200).kind, Kind::accepted);
  EXPECT_EQ(outcome(202, "ok").kind, Kind::accepted);
  for (const auto* type : {"", "text/html", "application/x-protobuf", "application/json"}) {
    const auto result = outcome(200, "\xFF\xFF\xFF", type);
    EXPECT_EQ(result.kind, Kind::accepted) << type;
    EXPECT_EQ(result.message, "") << type;
  }
}

TEST(HttpOutcome, ReadsAPartialSuccess) {
  otlp_test::ExportMetricsServiceResponse response;
  response.mutable_partial_success()->set_rejected_data_points(7);
  response.mutable_partial_success()->set_error_message("out of order");
  const auto result = outcome(200, response.SerializeAsString(), "application/x-protobuf");
  EXPECT_EQ(result.kind, Kind::accepted);
  EXPECT_EQ(result.rejected_points, 7U);
  EXPECT_EQ(result.message, "out of order");
  EXPECT_EQ(outcome(200, response.SerializeAsString(), "Application/X-Protobuf; charset=utf-8").rejected_points, 7U);
  EXPECT_EQ(outcome(200, response.SerializeAsString(), "").rejected_points, 7U);
  EXPECT_EQ(outcome(200, response.SerializeAsString(), "text/plain").rejected_points, 0U) << "then it is not protobuf";
}

TEST(HttpOutcome, ReadsAPartialSuccessInJson) {
  const auto result =
      outcome(200, R"({"partialSuccess":{"rejectedDataPoints":"7","errorMessage":"late"}})", "application/json");
  EXPECT_EQ(result.kind, Kind::accepted);
  EXPECT_EQ(result.rejected_points, 7U);
  EXPECT_EQ(result.message, "late");
}

TEST(HttpOutcome, TriesAgainOnlyWhatTheSpecificationNames) {
  for (const unsigned status : {429U, 502U, 503U, 504U})
    EXPECT_EQ(outcome(status).kind, Kind::transient) << status;
  for (const unsigned status : {300U, 302U, 400U, 401U, 403U, 404U, 405U, 408U, 415U, 500U, 501U, 505U})
    EXPECT_EQ(outcome(status).kind, Kind::permanent) << status;
  EXPECT_EQ(outcome(413).kind, Kind::too_large);
  EXPECT_EQ(outcome(400, "http: request body too large").kind, Kind::too_large) << "the Collector";
  EXPECT_EQ(outcome(400, "label name too large").kind, Kind::permanent);
}

TEST(HttpOutcome, QuotesTheReceiver) {
  EXPECT_EQ(outcome(404, "404 page not found\nmore").message,
            "POST http://c:4318/v1/metrics: HTTP 404: 404 page not found");
  EXPECT_EQ(outcome(503).message, "POST http://c:4318/v1/metrics: HTTP 503");
  otlp_test::Status status;
  status.set_code(3);
  status.set_message("bad temporality");
  EXPECT_EQ(outcome(400, status.SerializeAsString(), "application/x-protobuf").message,
            "POST http://c:4318/v1/metrics: HTTP 400: bad temporality");
  EXPECT_EQ(outcome(400, R"({"code":3,"message":"bad\nthing"})", "application/json; charset=utf-8").message,
            "POST http://c:4318/v1/metrics: HTTP 400: bad?thing");
  EXPECT_EQ(outcome(500, R"({"error":"x"})", "application/json").message,
            R"(POST http://c:4318/v1/metrics: HTTP 500: {"error":"x"})");
  EXPECT_EQ(outcome(500, std::string(5000, 'x')).message,
            "POST http://c:4318/v1/metrics: HTTP 500: " + std::string(200, 'x'));
}

TEST(HttpOutcome, NamesTheTargetOfARedirectAndDoesNotFollowIt) {
  const auto result = http_outcome(endpoint, {.status = 307, .location = "https://c/v1/metrics\x1b[1m"}, now);
  EXPECT_EQ(result.kind, Kind::permanent);
  EXPECT_EQ(result.message, "POST http://c:4318/v1/metrics: HTTP 307, a redirect to https://c/v1/metrics?[1m");
  EXPECT_EQ(result.remedy, "redirects are not followed: set otlp_endpoint to https://c/v1/metrics?[1m");
}

TEST(HttpOutcome, DoesNotShowTheQueryOfARedirect) {
  const auto to = [](std::string_view location) {
    const auto result = http_outcome(endpoint, {.status = 308, .location = location}, now);
    return result.message + '\n' + result.remedy;
  };
  const auto shown = [](std::string_view target, std::string_view advised) {
    return fmt::format(
        "POST http://c:4318/v1/metrics: HTTP 308, a redirect to {}\n"
        "redirects are not followed: set otlp_endpoint to {}",
        target, advised);
  };
  EXPECT_EQ(to("https://c/v1/metrics?token=s3cr3t"), shown("https://c/v1/metrics?***", "https://c/v1/metrics?***"));
  EXPECT_EQ(to("https://c/v1/metrics#s3cr3t?a"), shown("https://c/v1/metrics?***", "https://c/v1/metrics?***"));
  EXPECT_EQ(to("/new?token=s3cr3t#a"), shown("/new?***", "http://c:4318/new?***"));
}

TEST(HttpOutcome, TellsWhenToComeBack) {
  EXPECT_EQ(outcome(503, "", "", "120").retry_after, seconds{120});
  EXPECT_EQ(outcome(429, "", "", "Mon, 23 Nov 2026 01:55:03 GMT").retry_after, seconds{30});
  EXPECT_EQ(outcome(429, "", "", "Mon, 23 Nov 2026 01:00:00 GMT").retry_after, seconds{0}) << "in the past";
  for (const auto* text : {"", "soon", "-5", "1.5", "99999999999", "Mon, 23 Foo 2026 01:55:03 GMT"})
    EXPECT_EQ(outcome(503, "", "", text).retry_after, std::nullopt) << text;
}

TEST(NoAnswer, IsTransientUnlessThePeerIsNoReceiver) {
  EXPECT_EQ(no_answer("POST http://c:4318/v1/metrics", {Code::unreachable, "Connection refused"}).kind,
            Kind::transient);
  EXPECT_EQ(no_answer("POST http://c:4318/v1/metrics", {Code::timeout, "no answer within the deadline"}).message,
            "POST http://c:4318/v1/metrics: no answer within the deadline");
  const auto grpc =
      no_answer("POST http://c:4318/v1/metrics", {Code::malformed, "the answer is not HTTP: bad version"});
  EXPECT_EQ(grpc.kind, Kind::permanent);
  EXPECT_EQ(grpc.remedy, "check that otlp_endpoint is the OTLP/HTTP port of the receiver (4318; 4317 is gRPC)");
  const auto expired = no_answer("POST x", {Code::untrusted, "expired", "renew it"});
  EXPECT_EQ(expired.kind, Kind::transient) << "certificates get renewed";
  EXPECT_EQ(expired.remedy, "renew it");
}

}  // namespace
}  // namespace cspy::otlp
