// Since when a counter counts. Cumulative points and deltas both use this answer. Pure.
#pragma once

#include "base/time.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/reading.hpp"

namespace cspy::metrics {

struct Beginning {
  UnixNanos time = 0;  ///< 0: not known
  /// Everything that the counter has counted belongs to the container, and to the current run if it counts one run.
  /// Otherwise the first value includes what others, or earlier agents, have counted.
  bool own = false;
};

/// REQUIRES: `metric` is a counter.
[[nodiscard]] Beginning beginning_of(const Metric& metric, const Reading& reading);

}  // namespace cspy::metrics
