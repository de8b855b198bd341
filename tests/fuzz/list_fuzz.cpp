// An answer of /containers/json, whole and in two pieces: both must say the same.
#include "docker/list.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  const auto read = [](std::string_view first, std::string_view second) -> std::size_t {
    cspy::docker::ListReader reader;
    if (!reader.feed(first) || !reader.feed(second)) return 0;
    const auto listed = reader.finish();
    return listed ? 1 + listed->size() : 0;
  };
  must(read(text, {}) == read(text.substr(0, size / 2), text.substr(size / 2)));
  return 0;
}
