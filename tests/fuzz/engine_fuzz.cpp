// The answers of /version and /info, and the headers of /_ping.
#include "docker/engine.hpp"

#include <tuple>

#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  cspy::docker::Engine engine;
  std::ignore = cspy::docker::apply_version(engine, text);
  std::ignore = cspy::docker::apply_info(engine, text);
  cspy::docker::apply_ping(engine, text, text);
  must(engine.api() >= engine.api_min);
  (void)engine.slow_stats();
  return 0;
}
