#include "otlp/grpc.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "otlp.pb.h"

namespace cspy::otlp {
namespace {

using Kind = Outcome::Kind;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::string_view operation{"gRPC http://c:4317"};
constexpr std::string_view wrong_port{
    "check that otlp_endpoint is the OTLP/gRPC port of the receiver (4317; 4318 is HTTP)"};

std::string bytes(std::string_view text) {
  return std::string{text};
}

/// A field of protobuf whose value is bytes.
std::string field(int number, std::string_view value) {
  EXPECT_LT(value.size(), 128U);
  std::string result{static_cast<char>(number << 3 | 2), static_cast<char>(value.size())};
  return result.append(value);
}

/// A google.rpc.Status with a RetryInfo whose retry_delay has these bytes.
std::string status_with_delay(std::string_view duration,
                              std::string_view type = "type.googleapis.com/google.rpc.RetryInfo") {
  return std::string{"\x08\x0e"} + field(2, "busy") + field(3, field(1, type) + field(2, field(1, duration)));
}

TEST(GrpcPrefix, HasTheFlagAndTheLengthInNetworkOrder) {
  EXPECT_EQ(grpc_prefix(0, false), (GrpcPrefix{0, 0, 0, 0, 0}));
  EXPECT_EQ(grpc_prefix(0x01020304, true), (GrpcPrefix{1, 1, 2, 3, 4}));
}

TEST(ParseGrpcMessage, TakesOneMessage) {
  using namespace std::string_view_literals;
  struct Row {
    std::string_view body, message;
    std::string error;
  };
  const std::vector<Row> rows{
      {"", "", ""},
      {"\0\0\0\0\0"sv, "", ""},
      {"\0\0\0\0\3abc"sv, "abc", ""},
      {"\0\0\0\0"sv, "", "the prefix of a gRPC message is incomplete"},
      {"\0\0\0\0\3ab"sv, "", "a gRPC message is truncated"},
      {"\1\0\0\0\3abc"sv, "", "a gRPC message is compressed, which was not requested"},
      {"\0\0\0\0\3abc\0\0\0\0\0"sv, "", "the answer has more than one gRPC message"},
      {"\0\0\0\0\xff"sv, "", "a gRPC message is larger than 8 bytes"},
      {"\0\xff\xff\xff\xff"sv, "", "a gRPC message is larger than 8 bytes"},
  };
  for (const auto& row : rows) {
    const auto message = parse_grpc_message(row.body, 8);
    EXPECT_EQ(message ? "" : message.error().message, row.error);
    if (message) EXPECT_EQ(*message, row.message);
  }
}

TEST(GrpcTimeout, ChoosesTheFinestUnitThatFitsEightDigits) {
  const std::vector<std::pair<nanoseconds, std::string>> rows{
      {-5s, "1n"},
      {0ns, "1n"},
      {99'999'999ns, "99999999n"},
      {100'000'000ns, "100000u"},
      {10s, "10000000u"},
      {99'999'999'999ns, "99999999u"},
      {100s, "100000m"},
      {99'999'999ms, "99999999m"},
      {27h + 47min, "100020S"},
      {99'999'999s, "99999999S"},
      {99'999'960s + 60s, "1666667M"},
      {nanoseconds::max(), "2562047H"},
  };
  for (const auto& [left, text] : rows) {
    EXPECT_EQ(grpc_timeout(left), text);
    EXPECT_LE(text.size(), 9U);
  }
}

TEST(DecodeGrpcMessage, DecodesEscapesAndLeavesWhatIsNone) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"", ""},           {"plain text", "plain text"},
      {"100%25", "100%"}, {"%e2%82%AC", "\xe2\x82\xac"},
      {"%", "%"},         {"%4", "%4"},
      {"%zz", "%zz"},     {"%4x", "%4x"},
      {"%%41", "%A"},     {"%00", bytes({"\0", 1})},
      {"%-1", "%-1"},
  };
  for (const auto& [text, decoded] : rows)
    EXPECT_EQ(decode_grpc_message(text), decoded) << text;
}

TEST(ParseRetryInfo, FindsTheDelay) {
  const std::vector<std::pair<std::string, std::optional<milliseconds>>> rows{
      {status_with_delay("\x08\x1e"), 30s},                             // seconds: 30
      {status_with_delay("\x08\x01\x10\x80\xca\xb5\xee\x01"), 1500ms},  // and nanos: 500,000,000
      {status_with_delay("\x10\x01"), 1ms},                             // a nanosecond: not before
      {status_with_delay(""), 0ms},
      {status_with_delay("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 0ms},  // -1
      {status_with_delay("\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
       milliseconds{315'576'000'000'000}},  // the largest
      {status_with_delay("\x0a\x01x\x15"
                         "abcd"),
       0ms},  // fields of other types
      {status_with_delay("\x08\x1e", "type.googleapis.com/google.rpc.DebugInfo"), std::nullopt},
      {status_with_delay("\x08\x1e", "google.rpc.RetryInfo"), std::nullopt},  // Any needs a slash
      {field(3, field(1, "x/google.rpc.DebugInfo")) + status_with_delay("\x08\x02"), 2s},
      {status_with_delay("\x08"), std::nullopt},  // cut short
      {"\x18\x01", std::nullopt},                 // details is a number
      {field(3, "\x08\x01\x10\x01"), std::nullopt},
      {"", std::nullopt},
      {"no protobuf", std::nullopt},
  };
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(parse_retry_info(rows[i].first), rows[i].second) << i;
}

TEST(GrpcOutcome, KnowsEveryCode) {
  const std::string credentials{"set otlp_headers or otlp_headers_file to credentials that the receiver accepts"};
  struct Row {
    const char* code;
    Kind kind;
    unsigned status;
    std::string name, remedy;
  };
  const std::vector<Row> rows{
      {"1", Kind::transient, 1, "CANCELLED", ""},
      {"2", Kind::permanent, 2, "UNKNOWN", ""},
      {"3", Kind::permanent, 3, "INVALID_ARGUMENT",
       "if the message is about out-of-order or old samples, set out_of_order_time_window (30m) at the receiver"},
      {"4", Kind::transient, 4, "DEADLINE_EXCEEDED", ""},
      {"5", Kind::permanent, 5, "NOT_FOUND", ""},
      {"6", Kind::permanent, 6, "ALREADY_EXISTS", ""},
      {"7", Kind::permanent, 7, "PERMISSION_DENIED", credentials},
      {"8", Kind::transient, 8, "RESOURCE_EXHAUSTED", ""},
      {"9", Kind::permanent, 9, "FAILED_PRECONDITION", ""},
      {"10", Kind::transient, 10, "ABORTED", ""},
      {"11", Kind::transient, 11, "OUT_OF_RANGE", ""},
      {"12", Kind::permanent, 12, "UNIMPLEMENTED",
       "check that otlp_endpoint is the OTLP/gRPC port of the receiver (4317), and that the receiver has a pipeline "
       "for metrics"},
      {"13", Kind::permanent, 13, "INTERNAL", ""},
      {"14", Kind::transient, 14, "UNAVAILABLE", ""},
      {"15", Kind::transient, 15, "DATA_LOSS", ""},
      {"16", Kind::permanent, 16, "UNAUTHENTICATED", credentials},
      {"17", Kind::permanent, 2, "UNKNOWN", ""},
      {"99999999999", Kind::permanent, 2, "UNKNOWN", ""},
      {"-1", Kind::permanent, 2, "UNKNOWN", ""},
      {"0x0", Kind::permanent, 2, "UNKNOWN", ""},
      {"OK", Kind::permanent, 2, "UNKNOWN", ""},
  };
  for (const auto& row : rows) {
    const auto outcome = grpc_outcome(
        operation, {.content_type = "application/grpc", .status = row.code, .message = "it %22failed%22\n"});
    EXPECT_EQ(outcome.kind, row.kind) << row.code;
    EXPECT_EQ(outcome.status, row.status) << row.code;
    EXPECT_EQ(outcome.message, "gRPC http://c:4317: " + row.name + ": it \"failed\"?") << row.code;
    EXPECT_EQ(outcome.remedy, row.remedy) << row.code;
    EXPECT_EQ(outcome.retry_after, std::nullopt) << row.code;
  }
}

TEST(GrpcOutcome, TakesSuccessWithAnyMessage) {
  otlp_test::ExportMetricsServiceResponse response;
  response.mutable_partial_success()->set_rejected_data_points(7);
  response.mutable_partial_success()->set_error_message("out of order");
  const auto message = response.SerializeAsString();
  const auto prefix = grpc_prefix(message.size(), false);
  const auto body = std::string{prefix.data(), prefix.size()} + message;
  const auto partial = grpc_outcome(operation, {.status = "0", .body = body});
  EXPECT_EQ(partial.kind, Kind::accepted);
  EXPECT_EQ(partial.status, 0U);
  EXPECT_EQ(partial.rejected_points, 7U);
  EXPECT_EQ(partial.message, "out of order");
  for (const auto& other : {bytes(""), bytes({"\0\0\0\0\0", 5}), bytes("garbage"), bytes({"\0\0\0\0\2\xff\xff", 7})}) {
    const auto outcome = grpc_outcome(operation, {.status = "0", .body = other});
    EXPECT_EQ(outcome.kind, Kind::accepted);
    EXPECT_EQ(outcome.rejected_points, 0U);
    EXPECT_EQ(outcome.message, "");
  }
}

TEST(GrpcOutcome, HonoursTheReceiversDelay) {
  const auto status = status_with_delay("\x08\x1e");
  const auto padded = encode_base64(status);
  ASSERT_TRUE(padded.ends_with('=')) << "or both are the same";
  const auto unpadded = padded.substr(0, padded.find('='));
  for (const auto& details : {padded, unpadded}) {
    for (const auto* code : {"8", "14"}) {
      const auto outcome = grpc_outcome(operation, {.status = code, .message = "busy", .details = details});
      EXPECT_EQ(outcome.kind, Kind::transient) << code;
      EXPECT_EQ(outcome.retry_after, 30s) << code;
      EXPECT_EQ(outcome.remedy, "");
    }
  }
  const auto invalid = grpc_outcome(operation, {.status = "3", .details = padded});
  EXPECT_EQ(invalid.kind, Kind::permanent) << "a delay makes only RESOURCE_EXHAUSTED retryable";
  EXPECT_EQ(grpc_outcome(operation, {.status = "8", .details = "!"}).kind, Kind::transient);
}

TEST(GrpcOutcome, SplitsOnlyWhatTheReceiverCallsTooLarge) {
  const auto outcome_of = [](std::string_view status, std::string_view message, std::string_view details = {}) {
    return grpc_outcome(operation,
                        {.content_type = "application/grpc", .status = status, .message = message, .details = details});
  };
  for (const auto* message : {"grpc: received message larger than max (5212341 vs. 4194304)",
                              "grpc: received message after decompression larger than max 4194304",
                              "trying to send message larger than max (5212341 vs. 4194304)",
                              "SERVER: Received message larger than max (5212341 vs. 4194304)",
                              "gRPC message exceeds maximum size 4194304: 5212341",
                              "Received message exceeds the maximum configured message size.",
                              "Error, message length too large: found 5212341 bytes, the limit is: 4194304 bytes"}) {
    const auto outcome = outcome_of("8", message);
    EXPECT_EQ(outcome.kind, Kind::too_large) << message;
    EXPECT_EQ(outcome.remedy,
              "raise the limit for messages at the receiver (max_recv_msg_size_mib in the OpenTelemetry Collector)");
  }
  EXPECT_EQ(outcome_of("11", "Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes").kind,
            Kind::too_large)
      << "receivers in Rust";
  for (const auto* message : {"", "data refused due to high memory usage", "ingestion rate limit (25000) exceeded",
                              "sending queue is full", "too many requests"}) {
    const auto outcome = outcome_of("8", message);
    EXPECT_EQ(outcome.kind, Kind::transient) << message;
    EXPECT_EQ(outcome.remedy, "") << message;
  }
  EXPECT_EQ(outcome_of("3", "message too large").kind, Kind::permanent);
  EXPECT_EQ(outcome_of("8", "request too large", encode_base64(status_with_delay("\x08\x1e"))).kind, Kind::transient)
      << "who names a delay wants the same request again";
}

TEST(GrpcOutcome, MakesTheBestOfAnAnswerWithoutStatus) {
  struct Row {
    GrpcAnswer answer;
    Kind kind;
    unsigned status;
    std::string message;
    std::string_view remedy;
  };
  const std::vector<Row> rows{
      {{.http_status = 400, .content_type = "text/plain"},
       Kind::permanent,
       13,
       "INTERNAL: HTTP 400 with text/plain instead of gRPC",
       wrong_port},
      {{.http_status = 401},
       Kind::permanent,
       16,
       "UNAUTHENTICATED: HTTP 401 with no content-type instead of gRPC",
       "set otlp_headers or otlp_headers_file to credentials that the receiver accepts"},
      {{.http_status = 403},
       Kind::permanent,
       7,
       "PERMISSION_DENIED: HTTP 403 with no content-type instead of gRPC",
       "set otlp_headers or otlp_headers_file to credentials that the receiver accepts"},
      {{.http_status = 404, .content_type = "text/plain", .body = "404 page not found\nmore"},
       Kind::permanent,
       12,
       "UNIMPLEMENTED: HTTP 404 with text/plain instead of gRPC: 404 page not found",
       wrong_port},
      {{.http_status = 429}, Kind::transient, 14, "UNAVAILABLE: HTTP 429 with no content-type instead of gRPC", ""},
      {{.http_status = 502, .content_type = "text/html", .body = "<html>"},
       Kind::transient,
       14,
       "UNAVAILABLE: HTTP 502 with text/html instead of gRPC: <html>",
       ""},
      {{.http_status = 503}, Kind::transient, 14, "UNAVAILABLE: HTTP 503 with no content-type instead of gRPC", ""},
      {{.http_status = 504}, Kind::transient, 14, "UNAVAILABLE: HTTP 504 with no content-type instead of gRPC", ""},
      {{.http_status = 500}, Kind::permanent, 2, "UNKNOWN: HTTP 500 with no content-type instead of gRPC", wrong_port},
      {{.http_status = 200, .content_type = "application/json", .body = "{}"},
       Kind::permanent,
       2,
       "UNKNOWN: HTTP 200 with application/json instead of gRPC: {}",
       wrong_port},
      {{.content_type = "application/grpc+proto"}, Kind::permanent, 2, "UNKNOWN: HTTP 200 without grpc-status", ""},
      {{.http_status = 413, .content_type = "text/html", .body = "<html>"},
       Kind::too_large,
       2,
       "UNKNOWN: HTTP 413 with text/html instead of gRPC: <html>",
       "raise the limit for request bodies at the proxy before the receiver"},
      {{.http_status = 503, .content_type = "application/grpc"},
       Kind::transient,
       14,
       "UNAVAILABLE: HTTP 503 without grpc-status",
       ""},
      {{.content_type = "application/grpc", .reset_code = 2},
       Kind::permanent,
       13,
       "INTERNAL: the receiver reset the stream: INTERNAL_ERROR",
       ""},
      {{.content_type = "application/grpc", .reset_code = 7},
       Kind::transient,
       14,
       "UNAVAILABLE: the receiver reset the stream: REFUSED_STREAM",
       ""},
      {{.content_type = "application/grpc", .reset_code = 8},
       Kind::transient,
       1,
       "CANCELLED: the receiver reset the stream: CANCEL",
       ""},
      {{.content_type = "application/grpc", .reset_code = 11},
       Kind::transient,
       8,
       "RESOURCE_EXHAUSTED: the receiver reset the stream: ENHANCE_YOUR_CALM",
       ""},
      {{.content_type = "application/grpc", .reset_code = 99},
       Kind::permanent,
       2,
       "UNKNOWN: the receiver reset the stream: an unknown error",
       ""},
  };
  for (const auto& row : rows) {
    const auto outcome = grpc_outcome(operation, row.answer);
    EXPECT_EQ(outcome.message, "gRPC http://c:4317: " + row.message);
    EXPECT_EQ(outcome.kind, row.kind) << row.message;
    EXPECT_EQ(outcome.status, row.status) << row.message;
    EXPECT_EQ(outcome.remedy, row.remedy) << row.message;
    EXPECT_EQ(outcome.foreign, row.answer.reset_code != 0 || (row.kind == Kind::permanent &&
                                                              !row.answer.content_type.starts_with("application/grpc")))
        << row.message;
  }
  EXPECT_EQ(grpc_outcome(operation, {.http_status = 503, .content_type = "text/html", .status = "16"}).status, 16U)
      << "grpc-status takes precedence over the HTTP status";
}

TEST(GrpcOutcome, ShowsForeignTextOnlyRepairedAndCut) {
  const auto outcome = grpc_outcome(operation, {.status = "13", .message = "%1b[31m%ff" + std::string(1000, 'x')});
  EXPECT_TRUE(outcome.message.starts_with("gRPC http://c:4317: INTERNAL: ?[31m\xef\xbf\xbdxxx"));
  EXPECT_LE(outcome.message.size(), operation.size() + 2 + 10 + 200);
}

TEST(GrpcNoAnswer, NamesGrpcsPort) {
  const auto http = grpc_no_answer(operation, {Code::malformed, "the answer is not HTTP/2: the peer speaks HTTP/1"});
  EXPECT_EQ(http.kind, Kind::permanent);
  EXPECT_EQ(http.message, "gRPC http://c:4317: the answer is not HTTP/2: the peer speaks HTTP/1");
  EXPECT_EQ(http.remedy, wrong_port);
  EXPECT_TRUE(http.foreign);
  const auto away = grpc_no_answer(operation, {Code::unreachable, "Connection refused"});
  EXPECT_EQ(away.kind, Kind::transient);
  EXPECT_EQ(away.remedy, "");
}

}  // namespace
}  // namespace cspy::otlp
