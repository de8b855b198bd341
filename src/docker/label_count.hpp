// Whether containers have more labels than receivers take.
#pragma once

#include <cstddef>
#include <string>

#include "base/log.hpp"
#include "metrics/container.hpp"

namespace cspy::docker {

/// How many labels a series of the container has at the most: the container's, and those of the metric with the most of
/// its own. Pure.
[[nodiscard]] std::size_t labels_of_series(const metrics::Container& container);

/// The containers of one look at the engine that have more than limits::series_labels_advised.
class CrowdedLabels {
 public:
  void add(const metrics::Container& container);
  /// One line about what was noted, if there is anything; then begins anew.
  void say(Log& log);

 private:
  std::size_t containers_ = 0;
  std::size_t most_ = 0;
  std::string name_;  ///< of the container with the most; the first noted of several
};

}  // namespace cspy::docker
