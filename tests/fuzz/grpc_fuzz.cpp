// What a gRPC receiver answers: frames, messages, details, and what becomes of them. The first two bytes choose the
// status, the rest is every text at once.
#include "base/base64.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "otlp/grpc.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using namespace cspy::otlp;

void check_frame(std::string_view text) {
  constexpr std::size_t bytes_max = 1000;
  const auto message = parse_grpc_message(text, bytes_max);
  if (!message || text.empty()) return;
  must(message->size() <= bytes_max);
  const auto prefix = grpc_prefix(message->size(), false);
  must(text == std::string{prefix.data(), prefix.size()}.append(*message));
}

void check_timeout(std::string_view text) {
  std::int64_t nanos = 0;
  for (const char c : text.substr(0, sizeof nanos))
    nanos = static_cast<std::int64_t>(static_cast<std::uint64_t>(nanos) << 8U | static_cast<unsigned char>(c));
  const auto header = grpc_timeout(std::chrono::nanoseconds{nanos});
  must(header.size() >= 2 && header.size() <= 9 && header.front() != '0');
  must(std::string_view{"numSMH"}.contains(header.back()));
}

void check_outcome(const Outcome& outcome) {
  must(outcome.status <= 16);
  must(cspy::valid_utf8_prefix(outcome.message) == outcome.message.size());
  must(outcome.message.find_first_of("\r\n\x1b") == std::string::npos);
  must(outcome.message.size() <= 3 * cspy::limits::error_quote_bytes_max);
  if (outcome.retry_after) must(outcome.retry_after->count() >= 0);
  must((outcome.status == 0) == (outcome.kind == Outcome::Kind::accepted));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  check_frame(text);
  check_timeout(text);
  must(decode_grpc_message(text).size() <= size);
  if (const auto decoded = cspy::decode_base64(text)) must(decoded->size() <= size / 4 * 3 + 2);
  if (const auto delay = parse_retry_info(text)) must(delay->count() >= 0);

  const auto status = text.substr(0, 2);
  const auto rest = text.substr(status.size());
  for (const unsigned http : {200U, 404U, 503U}) {
    for (const std::string_view type : {std::string_view{"application/grpc"}, rest}) {
      check_outcome(grpc_outcome("gRPC", {.http_status = http,
                                          .content_type = type,
                                          .status = status,
                                          .message = rest,
                                          .details = rest,
                                          .body = rest,
                                          .reset_code = http == 404 ? static_cast<std::uint32_t>(size) : 0}));
    }
  }
  check_outcome(grpc_outcome("gRPC", {.content_type = rest, .body = rest, .reset_code = 0}));
  check_outcome(grpc_outcome("gRPC", {.status = "0", .body = text}));
  return 0;
}
