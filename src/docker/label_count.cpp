#include "docker/label_count.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "metrics/catalogue.hpp"

namespace cspy::docker {

std::size_t labels_of_series(const metrics::Container& container) {
  std::size_t own = 0;
  container.labels.for_each([&](std::string_view, std::string_view) { ++own; });
  std::size_t most = 0;
  for (const auto& metric : metrics::catalogue()) {
    if (row_of(metric.group).has(container.subject)) most = std::max(most, metric.label_count());
  }
  return own + most;
}

void CrowdedLabels::add(const metrics::Container& container) {
  const auto labels = labels_of_series(container) + extra_;
  if (labels <= limits::series_labels_advised) return;
  ++containers_;
  if (labels <= most_) return;
  most_ = labels;
  name_ = container.name;
}

void CrowdedLabels::say(Log& log) {
  if (containers_ == 0) return;
  log.warn("series have more labels than some receivers accept",
           {{"labels", std::to_string(most_)},
            {"advised", std::to_string(limits::series_labels_advised)},
            {"container", name_},
            {"containers", std::to_string(containers_)},
            {"remedy", "select the labels you need, or remove others, with container_labels"}});
  *this = CrowdedLabels{extra_};
}

}  // namespace cspy::docker
