// What gRPC puts on top of HTTP/2 (grpc/doc/PROTOCOL-HTTP2.md): the frame around a message, the deadline's header, and
// what an answer means. Pure; the messages are the encoder's.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "otlp/response.hpp"

namespace cspy::otlp {

/// What stands before a message: one byte whether it is compressed, four of its length.
using GrpcPrefix = std::array<char, 5>;
[[nodiscard]] GrpcPrefix grpc_prefix(std::size_t message_bytes, bool compressed);

/// The one message of an answer's body, empty where the body is. Errors: malformed (cut short, compressed although we
/// never said that we read that, more than one message), too_large.
[[nodiscard]] Result<std::string_view> parse_grpc_message(std::string_view body, std::size_t bytes_max);

/// The text of the header grpc-timeout: at most eight digits and a unit, the finest that holds it, rounded down, but
/// never zero.
[[nodiscard]] std::string grpc_timeout(std::chrono::nanoseconds left);

/// The header grpc-message: %41 is 'A'. What is no escape stands for itself, as the specification asks.
[[nodiscard]] std::string decode_grpc_message(std::string_view text);

/// google.rpc.RetryInfo in the details of a protobuf google.rpc.Status. A negative delay is none. nullopt where there
/// is no RetryInfo, or no Status.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_info(std::string_view status);

/// What of an answer has a meaning. Texts are empty where there is none.
struct GrpcAnswer {
  unsigned http_status = 200;
  std::string_view content_type = {};
  std::string_view status = {};   ///< grpc-status
  std::string_view message = {};  ///< grpc-message
  std::string_view details = {};  ///< grpc-status-details-bin
  std::string_view body = {};     ///< framed messages
  std::uint32_t reset_code = 0;   ///< as in net::http2::Answer
};

/// The outcome of a call that had an answer. `operation` is "gRPC http://host:4317".
[[nodiscard]] Outcome grpc_outcome(std::string_view operation, const GrpcAnswer& answer);

/// The outcome of a call that had none: no_answer() with gRPC's remedy.
[[nodiscard]] Outcome grpc_no_answer(std::string_view operation, const Error& error);

}  // namespace cspy::otlp
