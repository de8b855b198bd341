// Times and bytes of foreign text.
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  constexpr std::size_t bytes_max = 100;
  (void)cspy::parse_rfc3339(text);
  const auto repaired = cspy::repair_utf8(text, bytes_max);
  must(repaired.size() <= bytes_max && cspy::valid_utf8_prefix(repaired) == repaired.size());
  if (cspy::valid_utf8_prefix(text) == size && size <= bytes_max) must(repaired == text);
  (void)cspy::printable(text, bytes_max);
  return 0;
}
