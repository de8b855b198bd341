// The labels that every point carries besides its own. A point's own label wins over an extra one with the same name.
//
// Most extra labels are the same for all points of a container, so they are encoded with its labels. A few have a name
// that some metrics use for a label of their own ("device"). Those are decided for each point.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/key_values.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/container.hpp"

namespace cspy::otlp {

class ExtraLabels {
 public:
  ExtraLabels() = default;
  explicit ExtraLabels(KeyValues labels);

  /// Calls `visit(key, value)` for the labels that all points of the container carry.
  template<class Visit>
  void for_each_common(const metrics::Container& container, Visit&& visit) const {
    for (const auto& [key, value] : common_) {
      if (container.labels.get(key).empty()) visit(key, value);
    }
  }

  /// The same for the labels that only this point carries. `own`: the values of the metric's labels.
  template<class Visit>
  void for_each_other(const metrics::Container& container, const metrics::Metric& metric, metrics::LabelValues own,
                      Visit&& visit) const {
    for (const auto& [key, value] : contested_) {
      const auto index =
          static_cast<std::size_t>(std::ranges::find(metric.label_keys, key) - metric.label_keys.begin());
      const bool own_wins = index < own.size() && !own[index].empty();
      if (!own_wins && container.labels.get(key).empty()) visit(key, value);
    }
  }

  /// How many bytes they add to a point in protobuf, at most.
  [[nodiscard]] std::size_t bytes() const;

 private:
  KeyValues common_;
  KeyValues contested_;  ///< some metric has a label of its own with this name
};

}  // namespace cspy::otlp
