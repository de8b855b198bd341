// The meaning of an HTTP answer of the receiver. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/time.hpp"

namespace cspy::otlp {

/// The result of one request, for any transport.
struct Outcome {
  enum class Kind : std::uint8_t {
    accepted,   ///< all points, except `rejected_points`
    transient,  ///< try again: the receiver is away, busy or slow
    too_large,  ///< smaller requests with the same points may be accepted
    permanent,  ///< the receiver will never accept this request
  };

  static constexpr std::size_t kind_count = static_cast<std::size_t>(Kind::permanent) + 1;

  Kind kind = Kind::accepted;
  unsigned status = 0;  ///< of HTTP or gRPC; 0 if there was no answer
  std::uint64_t rejected_points = 0;
  std::string message = {};  ///< the operation and the answer; with an accepted request, a warning of the receiver
  std::string remedy = {};   ///< what the user can do; may be empty
  std::optional<std::chrono::milliseconds> retry_after = {};  ///< the wait that the receiver asks for
  bool foreign = false;  ///< the answer breaks the protocol: perhaps it is not the receiver's
};

/// The parts of an HTTP answer that matter. A missing header is empty.
struct HttpAnswer {
  unsigned status = 0;
  std::string_view content_type = {};
  std::string_view body = {};
  std::string_view retry_after = {};
  std::string_view location = {};
};

/// The outcome of a request to `endpoint` that was answered. The content type of the answer decides how its body is
/// parsed. `now` is needed for a date in Retry-After.
[[nodiscard]] Outcome http_outcome(const Endpoint& endpoint, const HttpAnswer& answer, UnixNanos now);

/// Whether a message of the receiver says that a request is too large. It may instead have too many requests, or none
/// of its memory left.
[[nodiscard]] bool is_about_size(std::string_view said);

/// The outcome of a request without an answer. `operation` is "POST http://host:4318/v1/metrics".
[[nodiscard]] Outcome no_answer(std::string_view operation, const Error& error);

/// ExportMetricsPartialSuccess: the points that a successful request did not deliver.
struct PartialSuccess {
  std::uint64_t rejected_points = 0;
  std::string message;
};
/// From a protobuf ExportMetricsServiceResponse. An empty body means that all points were accepted.
[[nodiscard]] Result<PartialSuccess> parse_partial_success(std::string_view body);

/// The message of a protobuf google.rpc.Status. nullopt if the body is not a Status with a message.
[[nodiscard]] std::optional<std::string> parse_status_message(std::string_view body);

/// Retry-After: seconds, or an HTTP date, which gives the time from `now`. nullopt if it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, UnixNanos now);

}  // namespace cspy::otlp
