// gRPC on top of HTTP/2 (grpc/doc/PROTOCOL-HTTP2.md): the prefix of a message, the header of the deadline, and the
// meaning of an answer. Pure. The encoder makes the messages.
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

/// The prefix of a message: one byte for compression, four bytes for the length.
using GrpcPrefix = std::array<char, 5>;
[[nodiscard]] GrpcPrefix grpc_prefix(std::size_t message_bytes, bool compressed);

/// The only message in the body of an answer; empty if the body is empty. Errors: malformed (truncated, compressed,
/// which we never offer to accept, or more than one message), too_large.
[[nodiscard]] Result<std::string_view> parse_grpc_message(std::string_view body, std::size_t bytes_max);

/// The value of the header grpc-timeout: at most eight digits and a unit. It is rounded down, but never zero.
[[nodiscard]] std::string grpc_timeout(std::chrono::nanoseconds left);

/// Decodes the header grpc-message: %41 is 'A'. As the specification requires, invalid escapes stay as they are.
[[nodiscard]] std::string decode_grpc_message(std::string_view text);

/// The delay of a google.rpc.RetryInfo in the details of a protobuf google.rpc.Status. A negative delay counts as zero.
/// nullopt if there is no Status or no RetryInfo.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_info(std::string_view status);

/// The parts of an answer that matter. A missing header is empty.
struct GrpcAnswer {
  unsigned http_status = 200;
  std::string_view content_type = {};
  std::string_view status = {};   ///< grpc-status
  std::string_view message = {};  ///< grpc-message
  std::string_view details = {};  ///< grpc-status-details-bin
  std::string_view body = {};     ///< messages with their prefixes
  std::uint32_t reset_code = 0;   ///< as in net::http2::Answer
};

/// The outcome of a call with an answer. `operation` is "gRPC http://host:4317".
[[nodiscard]] Outcome grpc_outcome(std::string_view operation, const GrpcAnswer& answer);

/// The outcome of a call without an answer: no_answer() with the advice for gRPC.
[[nodiscard]] Outcome grpc_no_answer(std::string_view operation, const Error& error);

}  // namespace cspy::otlp
