#include "metrics/details.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "base/limits.hpp"

namespace cspy::metrics {

void add_detail(Sample& sample, Tail what, std::initializer_list<std::string_view> labels, std::uint64_t value) {
  if (sample.details.size() >= limits::details_max) return;
  std::string joined;
  for (const auto label : labels)
    joined.append(label.substr(0, label.find('\0'))).push_back('\0');
  sample.details.push_back({.what = what, .labels = std::move(joined), .value = value});
}

void sort_details(Sample& sample) {
  const auto series = [](const Detail& detail) { return std::tie(detail.what, detail.labels); };
  std::ranges::sort(sample.details, {},
                    [](const Detail& detail) { return std::tie(detail.what, detail.labels, detail.value); });
  const auto surplus = std::ranges::unique(sample.details, {}, series);
  sample.details.erase(surplus.begin(), surplus.end());
}

}  // namespace cspy::metrics
