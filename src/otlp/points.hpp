// From readings to the points that are sent, whatever the encoding: start times, temporality, ends of series. Pure.
#pragma once

#include <cstddef>

#include "metrics/catalogue.hpp"
#include "otlp/encoder.hpp"

namespace cspy::otlp {

/// One point as the receiver shall see it.
struct Point {
  /// Whose it is: the index into the batch's readings, and after those into its endings.
  std::size_t container = 0;
  UnixNanos start = 0;  ///< 0: none is sent
  UnixNanos time = 0;
  bool ended = false;  ///< the series has no value any more
  metrics::Number value = {};
  metrics::LabelValues labels = {};  ///< the metric's own, in the order of Metric::label_keys; empty ones are not sent
};

class Points {
 public:
  virtual void point(const Point& point) = 0;

 protected:
  ~Points() = default;
};

/// Gives `points` all points that the batch has under `metric`, container by container.
void walk(const metrics::Metric& metric, const Batch& batch, Points& points);

}  // namespace cspy::otlp
