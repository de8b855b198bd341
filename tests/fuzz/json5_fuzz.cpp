// A configuration file: read, or refused with a place.
#include "app/config_file.hpp"
#include "app/json5.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  const auto value = cspy::json5::parse(text);
  must(value || value.error().message.starts_with("line "));
  (void)cspy::app::parse_config(text, "fuzz.json");
  return 0;
}
