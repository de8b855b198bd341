// A request that the viewer decodes.
#include "tests/fakes/otlp_decode.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  const auto request = cspy::fakes::decode_request(text);
  if (request) (void)request->points();
  return 0;
}
