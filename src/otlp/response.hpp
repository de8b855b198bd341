// What a receiver's answer means. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// The outcome of an HTTP exchange that had an answer. `operation` is "POST http://host:4318/v1/metrics"; the body is
/// in the request's content type, protobuf here; `retry_after` is the header's text. `now` is for its date form.
[[nodiscard]] Outcome http_outcome(std::string_view operation, unsigned status, std::string_view content_type,
                                   std::string_view body, std::string_view retry_after, UnixNanos now);

/// The outcome of an exchange that had none.
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
