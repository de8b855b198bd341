#include "otlp/response.hpp"

#include <gtest/gtest.h>

#include "otlp.pb.h"

namespace cspy::otlp {
namespace {

using Kind = Outcome::Kind;
using std::chrono::seconds;

constexpr std::string_view operation{"POST http://c:4318/v1/metrics"};
constexpr UnixNanos now = 1'795'398'873'000'000'000;  // 2026-11-23T01:54:33Z

Outcome outcome(unsigned status, std::string_view body = {}, std::string_view type = "text/plain",
                std::string_view retry_after = {}) {
  return http_outcome(operation, status, type, body, retry_after, now);
}

TEST(HttpOutcome, AcceptsEvery2xxWithAnyBody) {
  EXPECT_EQ(outcome(200).kind, Kind::accepted);
  EXPECT_EQ(outcome(202, "ok").kind, Kind::accepted);
  EXPECT_EQ(outcome(200, "\xFF\xFF\xFF").message, "");
}

TEST(HttpOutcome, ReadsAPartialSuccess) {
  otlp_test::ExportMetricsServiceResponse response;
  response.mutable_partial_success()->set_rejected_data_points(7);
  response.mutable_partial_success()->set_error_message("out of order");
  const auto result = outcome(200, response.SerializeAsString(), "application/x-protobuf");
  EXPECT_EQ(result.kind, Kind::accepted);
  EXPECT_EQ(result.rejected_points, 7U);
  EXPECT_EQ(result.message, "out of order");
}

TEST(HttpOutcome, TriesAgainOnlyWhatTheSpecificationNames) {
  for (const unsigned status : {429U, 502U, 503U, 504U})
    EXPECT_EQ(outcome(status).kind, Kind::transient) << status;
  for (const unsigned status : {300U, 302U, 400U, 401U, 403U, 404U, 405U, 408U, 415U, 500U, 501U, 505U})
    EXPECT_EQ(outcome(status).kind, Kind::permanent) << status;
  EXPECT_EQ(outcome(413).kind, Kind::too_large);
}

TEST(HttpOutcome, QuotesTheReceiverAndSaysWhatToDo) {
  EXPECT_EQ(outcome(404, "404 page not found\nmore").message,
            "POST http://c:4318/v1/metrics: HTTP 404: 404 page not found");
  EXPECT_TRUE(outcome(404).remedy.contains("/api/v1/otlp/v1/metrics"));
  EXPECT_TRUE(outcome(400).remedy.contains("out_of_order_time_window"));
  EXPECT_TRUE(outcome(401).remedy.contains("credentials"));
  EXPECT_TRUE(outcome(413).remedy.contains("limit"));
  EXPECT_TRUE(outcome(415).remedy.contains("otlp_protocol"));
  EXPECT_EQ(outcome(503).message, "POST http://c:4318/v1/metrics: HTTP 503");
  otlp_test::Status status;
  status.set_code(3);
  status.set_message("bad temporality");
  EXPECT_EQ(outcome(400, status.SerializeAsString(), "application/x-protobuf").message,
            "POST http://c:4318/v1/metrics: HTTP 400: bad temporality");
}

TEST(HttpOutcome, TellsWhenToComeBack) {
  EXPECT_EQ(outcome(503, "", "", "120").retry_after, seconds{120});
  EXPECT_EQ(outcome(429, "", "", "Mon, 23 Nov 2026 01:55:03 GMT").retry_after, seconds{30});
  EXPECT_EQ(outcome(429, "", "", "Mon, 23 Nov 2026 01:00:00 GMT").retry_after, seconds{0}) << "in the past";
  for (const auto* text : {"", "soon", "-5", "1.5", "99999999999", "Mon, 23 Foo 2026 01:55:03 GMT"})
    EXPECT_EQ(outcome(503, "", "", text).retry_after, std::nullopt) << text;
}

TEST(NoAnswer, IsTransientUnlessThePeerIsNoReceiver) {
  EXPECT_EQ(no_answer(operation, {Code::unreachable, "Connection refused"}).kind, Kind::transient);
  EXPECT_EQ(no_answer(operation, {Code::timeout, "no answer within the deadline"}).message,
            "POST http://c:4318/v1/metrics: no answer within the deadline");
  const auto grpc = no_answer(operation, {Code::malformed, "the answer is not HTTP: bad version"});
  EXPECT_EQ(grpc.kind, Kind::permanent);
  EXPECT_TRUE(grpc.remedy.contains("4317"));
}

}  // namespace
}  // namespace cspy::otlp
