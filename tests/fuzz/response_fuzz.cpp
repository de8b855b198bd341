// A receiver's answer: partial success, status and Retry-After.
#include "otlp/response.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  constexpr cspy::UnixNanos now = 1'795'000'000'000'000'000;
  for (const unsigned status : {200U, 400U, 429U}) {
    (void)cspy::otlp::http_outcome("POST", status, "application/x-protobuf", text, text, now);
  }
  (void)cspy::otlp::parse_status_message(text);
  return 0;
}
