#include "otlp/response.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <protozero/pbf_message.hpp>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "base/utf8.hpp"
#include "otlp/answer_json.hpp"
#include "otlp/fields.hpp"
#include "otlp/remedy.hpp"

namespace cspy::otlp {
namespace {

/// The kind of an answer that is not a success.
Outcome::Kind kind_of(unsigned status, std::string_view said) {
  switch (status) {
    // The Collector answers 400 to a body above max_request_body_size.
    case 400: return is_about_size(said) ? Outcome::Kind::too_large : Outcome::Kind::permanent;
    // OTLP/HTTP, "Retryable Response Codes": only these.
    case 429:
    case 502:
    case 503:
    case 504: return Outcome::Kind::transient;
    case 413: return Outcome::Kind::too_large;
    default: return Outcome::Kind::permanent;
  }
}

/// A content type without its parameters, in lower case.
std::string media_type(std::string_view content_type) {
  return lowered(trimmed(content_type.substr(0, content_type.find(';'))));
}

constexpr std::string_view json{"application/json"};
constexpr std::string_view protobuf{"application/x-protobuf"};

/// The message of the receiver: from a Status in protobuf or JSON, or else the first line of the body.
std::string quote(const HttpAnswer& answer) {
  const auto type = media_type(answer.content_type);
  std::optional<std::string> message;
  if (type == protobuf) message = parse_status_message(answer.body);
  if (type == json) message = parse_status_message_json(answer.body);
  if (message) return printable(*message, limits::error_quote_bytes_max);
  return printable(answer.body.substr(0, answer.body.find_first_of("\r\n")), limits::error_quote_bytes_max);
}

/// The rejected points of an accepted request. An invalid body changes nothing: the status says that the request was
/// accepted.
PartialSuccess partial_success(const HttpAnswer& answer) {
  const auto type = media_type(answer.content_type);
  if (type == json) return parse_partial_success_json(answer.body).value_or(PartialSuccess{});
  if (type == protobuf || type.empty()) return parse_partial_success(answer.body).value_or(PartialSuccess{});
  return {};
}

/// "Mon, 23 Nov 2026 01:58:08 GMT" (IMF-fixdate of RFC 9110, the only form that a server may send).
std::optional<UnixNanos> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = std::ranges::find(months, text.substr(8, 3));
  if (month == months.end()) return std::nullopt;
  return parse_rfc3339(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month - months.begin() + 1, text.substr(5, 2),
                                   text.substr(17, 8)));
}

}  // namespace

Outcome http_outcome(const Endpoint& endpoint, const HttpAnswer& answer, UnixNanos now) {
  if (answer.status / 100 == 2) {
    auto partial = partial_success(answer);
    return {.kind = Outcome::Kind::accepted,
            .status = answer.status,
            .rejected_points = partial.rejected_points,
            .message = std::move(partial.message)};
  }
  auto message = fmt::format("POST {}: HTTP {}", endpoint.text(), answer.status);
  const auto said = quote(answer);
  if (!said.empty()) message.append(": ").append(said);
  const auto location = without_query(answer.location);
  if (answer.status / 100 == 3 && !location.empty()) {
    message.append(", a redirect to ").append(printable(location, limits::error_quote_bytes_max));
  }
  return {.kind = kind_of(answer.status, said),
          .status = answer.status,
          .message = std::move(message),
          .remedy = http_remedy(endpoint, answer.status, said, location),
          .retry_after = parse_retry_after(answer.retry_after, now)};
}

Outcome no_answer(std::string_view operation, const Error& error) {
  // A peer that does not speak HTTP, or sends too much, will do the same again. All other failures may pass.
  const bool hopeless = error.code == Code::malformed || error.code == Code::invalid || error.code == Code::too_large;
  const auto* const remedy =
      hopeless ? "check that otlp_endpoint is the OTLP/HTTP port of the receiver (4318; 4317 is gRPC)" : "";
  return {.kind = hopeless ? Outcome::Kind::permanent : Outcome::Kind::transient,
          .message = fmt::format("{}: {}", operation, error.message),
          .remedy = error.remedy.empty() ? remedy : error.remedy,
          .foreign = hopeless && error.code != Code::too_large};
}

bool is_about_size(std::string_view said) {
  // "grpc: received message larger than max (...)" (Go, C++, Node), "trying to send message larger than max", "gRPC
  // message exceeds maximum size" (Java), "exceeds the maximum configured message size" (.NET), "message length too
  // large" (Rust), "http: request body too large" (Go).
  constexpr std::array<std::string_view, 10> complaints{
      "larger than max",        "larger than the max", "exceeds maximum size",     "maximum configured message size",
      "message size",           "message too large",   "message length too large", "request too large",
      "request body too large", "payload too large"};
  const auto text = lowered(said);
  return std::ranges::any_of(complaints, [&](std::string_view complaint) { return text.contains(complaint); });
}

Result<PartialSuccess> parse_partial_success(std::string_view body) {
  PartialSuccess result;
  try {
    protozero::pbf_message<fields::ExportResponse> response{body.data(), body.size()};
    while (response.next(fields::ExportResponse::partial_success, protozero::pbf_wire_type::length_delimited)) {
      protozero::pbf_message<fields::PartialSuccess> partial{response.get_message()};
      while (partial.next()) {
        if (partial.tag() == fields::PartialSuccess::rejected_data_points &&
            partial.wire_type() == protozero::pbf_wire_type::varint) {
          result.rejected_points = static_cast<std::uint64_t>(std::max<std::int64_t>(0, partial.get_int64()));
        } else if (partial.tag() == fields::PartialSuccess::error_message &&
                   partial.wire_type() == protozero::pbf_wire_type::length_delimited) {
          const auto text = partial.get_view();
          result.message = printable({text.data(), text.size()}, limits::error_quote_bytes_max);
        } else {
          partial.skip();
        }
      }
    }
  } catch (const protozero::exception& error) {
    return fail(Code::malformed, std::string{"not an ExportMetricsServiceResponse: "} + error.what());
  }
  return result;
}

std::optional<std::string> parse_status_message(std::string_view body) {
  try {
    protozero::pbf_message<fields::Status> status{body.data(), body.size()};
    while (status.next()) {
      if (status.tag() == fields::Status::message && status.wire_type() == protozero::pbf_wire_type::length_delimited) {
        return status.get_string();
      }
      status.skip();
    }
  } catch (const protozero::exception&) {
    // Many receivers send errors as plain text, whatever the content type says.
  }
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, UnixNanos now) {
  std::uint32_t seconds = 0;
  const auto* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, seconds);
  if (error == std::errc{} && last == end) return std::chrono::seconds{seconds};
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  return std::chrono::seconds{*date > now ? (*date - now) / nanos_per_second : 0};
}

}  // namespace cspy::otlp
