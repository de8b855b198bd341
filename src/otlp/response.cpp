#include "otlp/response.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <protozero/pbf_message.hpp>

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "otlp/fields.hpp"

namespace cspy::otlp {
namespace {

/// Of an answer that is no success.
Outcome::Kind kind_of(unsigned status) {
  switch (status) {
    // OTLP/HTTP, "Retryable Response Codes": these and no others.
    case 429:
    case 502:
    case 503:
    case 504: return Outcome::Kind::transient;
    case 413: return Outcome::Kind::too_large;
    default: return Outcome::Kind::permanent;
  }
}

std::string_view remedy_for(unsigned status) {
  switch (status) {
    case 400:
      return "if it complains about out-of-order or old samples, set out_of_order_time_window (30m) at the receiver";
    case 401:
    case 403: return "the receiver wants credentials, or does not accept these";
    case 404:
      return "check the path of otlp_endpoint: a Collector has /v1/metrics, Prometheus /api/v1/otlp/v1/metrics "
             "(started "
             "with --web.enable-otlp-receiver)";
    case 405: return "the path of otlp_endpoint takes no POST: it is probably not an OTLP receiver's";
    case 413: return "raise the receiver's limit for request bodies";
    case 415: return "the receiver does not take this encoding: set otlp_protocol to another";
    default: return {};
  }
}

/// What the receiver says, as text: a Status message in protobuf, or the first line of whatever it is.
std::string quote_body(std::string_view content_type, std::string_view body) {
  if (content_type == "application/x-protobuf") {
    if (const auto message = parse_status_message(body)) return printable(*message, limits::error_quote_bytes_max);
  }
  return printable(body.substr(0, body.find_first_of("\r\n")), limits::error_quote_bytes_max);
}

/// "Mon, 23 Nov 2026 01:58:08 GMT" (RFC 9110's IMF-fixdate, the only form that may still be sent).
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

Outcome http_outcome(std::string_view operation, unsigned status, std::string_view content_type, std::string_view body,
                     std::string_view retry_after, UnixNanos now) {
  if (status / 100 == 2) {
    // A body that is no response message changes nothing: the status says that the points were taken.
    auto partial = parse_partial_success(body);
    if (!partial) return {.kind = Outcome::Kind::accepted, .status = status};
    return {.kind = Outcome::Kind::accepted,
            .status = status,
            .rejected_points = partial->rejected_points,
            .message = std::move(partial->message)};
  }
  const auto said = quote_body(content_type, body);
  return {.kind = kind_of(status),
          .status = status,
          .message = fmt::format("{}: HTTP {}{}{}", operation, status, said.empty() ? "" : ": ", said),
          .remedy = std::string{remedy_for(status)},
          .retry_after = parse_retry_after(retry_after, now)};
}

Outcome no_answer(std::string_view operation, const Error& error) {
  // An answer that is not HTTP will not become so by asking again; everything else may.
  const bool hopeless = error.code == Code::malformed || error.code == Code::invalid;
  return {.kind = hopeless ? Outcome::Kind::permanent : Outcome::Kind::transient,
          .message = fmt::format("{}: {}", operation, error.message),
          .remedy = hopeless ? "check that otlp_endpoint is an OTLP/HTTP receiver (port 4318, not gRPC's 4317)" : ""};
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
    // Many receivers answer errors in plain text whatever they announce.
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
