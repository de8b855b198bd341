#include "otlp/extra_labels.hpp"

#include <utility>

namespace cspy::otlp {

ExtraLabels::ExtraLabels(KeyValues labels) {
  for (auto& [key, value] : labels) {
    const bool contested = std::ranges::any_of(metrics::catalogue(), [&](const metrics::Metric& metric) {
      return std::ranges::find(metric.label_keys, key) != metric.label_keys.end();
    });
    (contested ? contested_ : common_).emplace_back(std::move(key), std::move(value));
  }
}

std::size_t ExtraLabels::bytes() const {
  // Five tags, and five lengths of one or two bytes each.
  constexpr std::size_t overhead = 14;
  std::size_t bytes = 0;
  for (const auto* labels : {&common_, &contested_}) {
    for (const auto& [key, value] : *labels)
      bytes += key.size() + value.size() + overhead;
  }
  return bytes;
}

}  // namespace cspy::otlp
