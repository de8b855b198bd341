// A list of the setting extra_labels: what it accepts is within its bounds.
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "metrics/extra_labels.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto labels = cspy::metrics::parse_extra_labels(text_of(data, size));
  if (!labels) return 0;
  must(labels->size() <= cspy::limits::extra_labels_max);
  for (const auto& [name, value] : *labels) {
    must(!name.empty() && !value.empty() && !name.starts_with("__"));
    must(cspy::valid_utf8_prefix(value) == value.size());
  }
  return 0;
}
