// A receiver's answer: partial success, status and Retry-After.
#include "otlp/response.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  constexpr cspy::UnixNanos now = 1'795'000'000'000'000'000;
  const cspy::Endpoint endpoint{cspy::Endpoint::Kind::tcp, "c", 4318, "/v1/metrics"};
  for (const unsigned status : {200U, 307U, 400U, 404U, 429U}) {
    for (const auto* type : {"application/x-protobuf", "application/json; charset=utf-8", "text/plain"}) {
      const auto outcome = cspy::otlp::http_outcome(
          endpoint, {.status = status, .content_type = type, .body = text, .retry_after = text, .location = text}, now);
      // What the log shows has one line, and not all that a peer likes to send.
      must(outcome.message.size() < 1024 && outcome.remedy.size() < 1024);
      must(outcome.message.find_first_of("\r\n") == std::string::npos);
    }
  }
  (void)cspy::otlp::http_outcome(endpoint, {.status = 200, .content_type = text, .body = text}, now);
  (void)cspy::otlp::parse_status_message(text);
  return 0;
}
