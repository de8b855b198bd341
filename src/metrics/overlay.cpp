#include "metrics/overlay.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "metrics/sample_parts.hpp"

namespace cspy::metrics {

void overlay(Sample& lower, Sample&& upper) {
  if (upper.cpu_total_ns || upper.missed.cpus) lower.cpu_each_ns = std::move(upper.cpu_each_ns);
  for (const auto& row : sample_counts) {
    if (upper.*row.member || upper.missed.has(row.member)) lower.*row.member = upper.*row.member;
  }
  if (!upper.devices.empty() || upper.missed.devices) lower.devices = std::move(upper.devices);
  if (!upper.networks.empty() || upper.missed.networks) lower.networks = std::move(upper.networks);
  lower.missed |= upper.missed;
  lower.details.insert(lower.details.end(), std::make_move_iterator(upper.details.begin()),
                       std::make_move_iterator(upper.details.end()));
  std::ranges::sort(lower.details, {}, [](const Detail& d) { return std::tie(d.what, d.labels); });
}

}  // namespace cspy::metrics
