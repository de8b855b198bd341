// What a receiver's answer means. Pure.
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

/// What came of one request, independent of the transport.
struct Outcome {
  enum class Kind : std::uint8_t {
    accepted,   ///< all of it, or all but `rejected_points`
    transient,  ///< worth another try: the receiver is away, busy or slow
    too_large,  ///< smaller requests with the same points may be taken
    permanent,  ///< the same request will never be taken
  };

  Kind kind = Kind::accepted;
  unsigned status = 0;  ///< HTTP's, or gRPC's; 0 with another kind than accepted: there was no answer
  std::uint64_t rejected_points = 0;
  std::string message = {};  ///< what was asked and what the receiver said; also a warning with an accepted request
  std::string remedy = {};   ///< what a person can do, empty where nothing is known
  std::optional<std::chrono::milliseconds> retry_after = {};  ///< the receiver's own wish
};

/// An HTTP answer: its status, its body and what its headers say, empty where they say nothing.
struct HttpAnswer {
  unsigned status = 0;
  std::string_view content_type = {};
  std::string_view body = {};
  std::string_view retry_after = {};
  std::string_view location = {};
};

/// The outcome of an HTTP exchange that had an answer; `endpoint` was asked. The body counts as what its content type
/// says, whatever the request was. `now` is for the date form of Retry-After.
[[nodiscard]] Outcome http_outcome(const Endpoint& endpoint, const HttpAnswer& answer, UnixNanos now);

/// The outcome of an exchange that had none. `operation` is "POST http://host:4318/v1/metrics".
[[nodiscard]] Outcome no_answer(std::string_view operation, const Error& error);

/// ExportMetricsPartialSuccess of a protobuf ExportMetricsServiceResponse; an empty body is full success.
struct PartialSuccess {
  std::uint64_t rejected_points = 0;
  std::string message;
};
[[nodiscard]] Result<PartialSuccess> parse_partial_success(std::string_view body);

/// The message of a protobuf google.rpc.Status, nullopt where the body is none.
[[nodiscard]] std::optional<std::string> parse_status_message(std::string_view body);

/// Retry-After: seconds, or an HTTP date of which the time from `now` is taken. nullopt where it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, UnixNanos now);

}  // namespace cspy::otlp
