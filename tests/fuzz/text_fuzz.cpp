// Times, amounts and bytes of foreign text.
#include "base/amount.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  constexpr std::size_t bytes_max = 100;
  (void)cspy::parse_rfc3339(text);
  if (const auto duration = cspy::parse_duration(text))
    must(cspy::parse_duration(cspy::duration_text(*duration)) == *duration);
  if (const auto bytes = cspy::parse_size(text)) must(cspy::parse_size(cspy::size_text(*bytes)) == *bytes);
  const auto repaired = cspy::repair_utf8(text, bytes_max);
  must(repaired.size() <= bytes_max && cspy::valid_utf8_prefix(repaired) == repaired.size());
  if (cspy::valid_utf8_prefix(text) == size && size <= bytes_max) must(repaired == text);
  (void)cspy::printable(text, bytes_max);
  return 0;
}
