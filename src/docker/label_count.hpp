// Whether containers have more labels than receivers accept.
#pragma once

#include <cstddef>
#include <string>

#include "base/log.hpp"
#include "metrics/container.hpp"

namespace cspy::docker {

/// The largest number of labels on a series of the container: the container's labels plus the most labels that a metric
/// has of its own. Pure.
[[nodiscard]] std::size_t labels_of_series(const metrics::Container& container);

/// The containers of one inspection batch that have more than limits::series_labels_advised labels.
class CrowdedLabels {
 public:
  /// `extra`: labels that every series has besides those of its container and its metric.
  explicit CrowdedLabels(std::size_t extra = 0) : extra_{extra} {}

  void add(const metrics::Container& container);
  /// Logs one line about the noted containers, if there are any, and starts again.
  void say(Log& log);

 private:
  std::size_t extra_;
  std::size_t containers_ = 0;
  std::size_t most_ = 0;
  std::string name_;  ///< of the container with the most labels; the first noted if several have as many
};

}  // namespace cspy::docker
