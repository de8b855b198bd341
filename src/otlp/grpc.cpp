#include "otlp/grpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <protozero/pbf_message.hpp>
#include <utility>

#include "base/base64.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "otlp/fields.hpp"

namespace cspy::otlp {
namespace {

using Kind = Outcome::Kind;
using protozero::pbf_wire_type;

constexpr std::string_view wrong_port{
    "check that otlp_endpoint is the OTLP/gRPC port of the receiver (4317; 4318 is HTTP)"};
constexpr std::string_view credentials{
    "set otlp_headers or otlp_headers_file to credentials that the receiver accepts"};
constexpr std::string_view larger_messages{
    "raise the limit for messages at the receiver (max_recv_msg_size_mib in the OpenTelemetry Collector)"};

/// The status codes of gRPC, by number. The OTLP specification defines which are transient (OTLP/gRPC, "Failures").
struct Status {
  std::string_view name;
  Kind kind;
  std::string_view remedy;
};
constexpr std::array<Status, 17> statuses{{
    {"OK", Kind::accepted, ""},
    {"CANCELLED", Kind::transient, ""},
    {"UNKNOWN", Kind::permanent, ""},
    {"INVALID_ARGUMENT", Kind::permanent,
     "if the message is about out-of-order or old samples, set out_of_order_time_window (30m) at the receiver"},
    {"DEADLINE_EXCEEDED", Kind::transient, ""},
    {"NOT_FOUND", Kind::permanent, ""},
    {"ALREADY_EXISTS", Kind::permanent, ""},
    {"PERMISSION_DENIED", Kind::permanent, credentials},
    {"RESOURCE_EXHAUSTED", Kind::transient, ""},
    {"FAILED_PRECONDITION", Kind::permanent, ""},
    {"ABORTED", Kind::transient, ""},
    {"OUT_OF_RANGE", Kind::transient, ""},
    {"UNIMPLEMENTED", Kind::permanent,
     "check that otlp_endpoint is the OTLP/gRPC port of the receiver (4317), and that the receiver has a pipeline for "
     "metrics"},
    {"INTERNAL", Kind::permanent, ""},
    {"UNAVAILABLE", Kind::transient, ""},
    {"DATA_LOSS", Kind::transient, ""},
    {"UNAUTHENTICATED", Kind::permanent, credentials},
}};
constexpr unsigned ok = 0, cancelled = 1, unknown = 2, permission_denied = 7, resource_exhausted = 8, out_of_range = 11,
                   unimplemented = 12, internal = 13, unavailable = 14, unauthenticated = 16;

constexpr unsigned payload_too_large = 413;  // of HTTP

unsigned parse_status(std::string_view text) {
  unsigned code = 0;
  const auto* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, code);
  return error == std::errc{} && last == end && code < statuses.size() ? code : unknown;
}

/// grpc/doc/http-grpc-status-mapping.md
unsigned status_of_http(unsigned http) {
  switch (http) {
    case 400: return internal;
    case 401: return unauthenticated;
    case 403: return permission_denied;
    case 404: return unimplemented;
    case 429:
    case 502:
    case 503:
    case 504: return unavailable;
    default: return unknown;
  }
}

/// The error codes of HTTP/2, by number, and their gRPC status (PROTOCOL-HTTP2.md, "Errors").
struct Reset {
  std::string_view name;
  unsigned status;
};
constexpr std::array<Reset, 14> resets{{
    {"NO_ERROR", internal},
    {"PROTOCOL_ERROR", internal},
    {"INTERNAL_ERROR", internal},
    {"FLOW_CONTROL_ERROR", internal},
    {"SETTINGS_TIMEOUT", internal},
    {"STREAM_CLOSED", unknown},
    {"FRAME_SIZE_ERROR", internal},
    {"REFUSED_STREAM", unavailable},
    {"CANCEL", cancelled},
    {"COMPRESSION_ERROR", internal},
    {"CONNECT_ERROR", internal},
    {"ENHANCE_YOUR_CALM", resource_exhausted},
    {"INADEQUATE_SECURITY", permission_denied},
    {"HTTP_1_1_REQUIRED", unknown},
}};

Reset reset_of(std::uint32_t code) {
  return code < resets.size() ? resets.at(code) : Reset{.name = "an unknown error", .status = unknown};
}

/// The outcome of a failed call.
Outcome refusal(std::string_view operation, unsigned code, std::string_view said) {
  const auto& status = statuses.at(code);
  return {.kind = status.kind,
          .status = code,
          .message = fmt::format("{}: {}{}{}", operation, status.name, said.empty() ? "" : ": ", said),
          .remedy = std::string{status.remedy}};
}

bool is_grpc(std::string_view content_type) {
  return content_type.starts_with("application/grpc");
}

Outcome without_status(std::string_view operation, const GrpcAnswer& answer) {
  if (answer.reset_code != 0) {
    const auto reset = reset_of(answer.reset_code);
    auto outcome = refusal(operation, reset.status, fmt::format("the receiver reset the stream: {}", reset.name));
    outcome.foreign = true;
    return outcome;
  }
  if (is_grpc(answer.content_type)) {
    return refusal(operation, status_of_http(answer.http_status),
                   fmt::format("HTTP {} without grpc-status", answer.http_status));
  }
  const auto type = printable(answer.content_type, limits::error_quote_bytes_max);
  const auto line = answer.body.substr(0, answer.body.find_first_of("\r\n"));
  const auto said = printable(line, limits::error_quote_bytes_max);
  auto outcome = refusal(operation, status_of_http(answer.http_status),
                         fmt::format("HTTP {} with {} instead of gRPC{}{}", answer.http_status,
                                     type.empty() ? "no content-type" : type, said.empty() ? "" : ": ", said));
  if (answer.http_status == payload_too_large) {
    outcome.kind = Kind::too_large;
    outcome.remedy = "raise the limit for request bodies at the proxy before the receiver";
  } else if (outcome.kind == Kind::permanent) {
    outcome.foreign = true;  // a receiver would have answered with gRPC
    if (outcome.remedy != credentials) outcome.remedy = wrong_port;
  }
  return outcome;
}

Outcome accepted(std::string_view body) {
  // As with HTTP, an invalid body changes nothing: the status says that the request was accepted.
  const auto message = parse_grpc_message(body, limits::receiver_body_bytes_max);
  auto partial = message ? parse_partial_success(*message) : PartialSuccess{};
  if (!partial) return {};
  return {.rejected_points = partial->rejected_points, .message = std::move(partial->message)};
}

std::string_view text(protozero::data_view view) {
  return {view.data(), view.size()};
}

/// google.protobuf.Duration, rounded up to milliseconds.
std::chrono::milliseconds parse_duration(protozero::data_view bytes) {
  constexpr std::int64_t seconds_max = 315'576'000'000;  // duration.proto: about 10,000 years
  constexpr std::int64_t nanos_max = 999'999'999;
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  protozero::pbf_message<fields::Duration> duration{bytes};
  while (duration.next()) {
    const bool number = duration.wire_type() == pbf_wire_type::varint;
    if (number && duration.tag() == fields::Duration::seconds) {
      seconds = duration.get_int64();
    } else if (number && duration.tag() == fields::Duration::nanos) {
      nanos = duration.get_int32();
    } else {
      duration.skip();
    }
  }
  if (seconds < 0 || nanos < 0) return {};
  return std::chrono::seconds{std::min(seconds, seconds_max)} +
         std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds{std::min(nanos, nanos_max)});
}

std::optional<std::chrono::milliseconds> parse_retry_delay(protozero::data_view bytes) {
  protozero::pbf_message<fields::RetryInfo> info{bytes};
  if (!info.next(fields::RetryInfo::retry_delay, pbf_wire_type::length_delimited)) return std::nullopt;
  return parse_duration(info.get_view());
}

/// The delay of one detail of a Status, if it is a RetryInfo.
std::optional<std::chrono::milliseconds> parse_detail(protozero::data_view bytes) {
  std::string_view type;
  protozero::data_view value;
  protozero::pbf_message<fields::Any> any{bytes};
  while (any.next()) {
    const bool is_bytes = any.wire_type() == pbf_wire_type::length_delimited;
    if (is_bytes && any.tag() == fields::Any::type_url) {
      type = text(any.get_view());
    } else if (is_bytes && any.tag() == fields::Any::value) {
      value = any.get_view();
    } else {
      any.skip();
    }
  }
  if (!type.ends_with("/google.rpc.RetryInfo")) return std::nullopt;
  return parse_retry_delay(value);
}

int hex_digit(char c) {
  int value = -1;
  std::from_chars(&c, &c + 1, value, 16);
  return value;
}

}  // namespace

GrpcPrefix grpc_prefix(std::size_t message_bytes, bool compressed) {
  const auto byte = [&](unsigned shift) { return static_cast<char>(message_bytes >> shift & 0xFFU); };
  return {static_cast<char>(compressed ? 1 : 0), byte(24), byte(16), byte(8), byte(0)};
}

Result<std::string_view> parse_grpc_message(std::string_view body, std::size_t bytes_max) {
  if (body.empty()) return body;
  if (body.size() < std::tuple_size_v<GrpcPrefix>)
    return fail(Code::malformed, "the prefix of a gRPC message is incomplete");
  std::size_t size = 0;
  for (const char c : body.substr(1, 4))
    size = size << 8U | static_cast<unsigned char>(c);
  if (body.front() != 0) return fail(Code::malformed, "a gRPC message is compressed, which was not requested");
  if (size > bytes_max) return fail(Code::too_large, fmt::format("a gRPC message is larger than {} bytes", bytes_max));
  body.remove_prefix(std::tuple_size_v<GrpcPrefix>);
  if (body.size() < size) return fail(Code::malformed, "a gRPC message is truncated");
  if (body.size() > size) return fail(Code::malformed, "the answer has more than one gRPC message");
  return body;
}

std::string grpc_timeout(std::chrono::nanoseconds left) {
  struct Unit {
    char letter;
    std::int64_t nanos;
  };
  constexpr std::array<Unit, 6> units{{{'n', 1},
                                       {'u', 1'000},
                                       {'m', 1'000'000},
                                       {'S', 1'000'000'000},
                                       {'M', 60'000'000'000},
                                       {'H', 3'600'000'000'000}}};
  constexpr std::int64_t value_max = 99'999'999;
  const auto nanos = std::max<std::int64_t>(left.count(), 1);
  const auto* const unit = std::ranges::find_if(units, [&](const Unit& u) { return nanos / u.nanos <= value_max; });
  return fmt::format("{}{}", nanos / unit->nanos, unit->letter);
}

std::string decode_grpc_message(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digits = text.substr(i + 1, 2);
    const int high = text[i] == '%' && digits.size() == 2 ? hex_digit(digits[0]) : -1;
    const int low = high >= 0 ? hex_digit(digits[1]) : -1;
    decoded.push_back(low < 0 ? text[i] : static_cast<char>(high << 4 | low));
    if (low >= 0) i += 2;
  }
  return decoded;
}

std::optional<std::chrono::milliseconds> parse_retry_info(std::string_view status) {
  try {
    protozero::pbf_message<fields::Status> message{status.data(), status.size()};
    while (message.next(fields::Status::details, pbf_wire_type::length_delimited)) {
      if (const auto delay = parse_detail(message.get_view())) return delay;
    }
  } catch (const protozero::exception&) {
    // Invalid details do not matter: the header has the status code.
  }
  return std::nullopt;
}

Outcome grpc_outcome(std::string_view operation, const GrpcAnswer& answer) {
  if (answer.status.empty()) return without_status(operation, answer);
  const auto code = parse_status(answer.status);
  if (code == ok) return accepted(answer.body);
  const auto said = decode_grpc_message(answer.message);
  auto outcome = refusal(operation, code, printable(said, limits::error_quote_bytes_max));
  const auto details = decode_base64(answer.details);
  outcome.retry_after = details ? parse_retry_info(*details) : std::nullopt;
  // The specification gives RESOURCE_EXHAUSTED two meanings: without a delay it is final. Receivers use it for overload
  // without a delay too, and only a message about the size can be answered by smaller requests.
  if ((code == resource_exhausted || code == out_of_range) && !outcome.retry_after && is_about_size(said)) {
    outcome.kind = Kind::too_large;
    outcome.remedy = larger_messages;
  }
  return outcome;
}

Outcome grpc_no_answer(std::string_view operation, const Error& error) {
  auto outcome = no_answer(operation, error);
  if (outcome.kind == Kind::permanent) outcome.remedy = wrong_port;
  return outcome;
}

}  // namespace cspy::otlp
