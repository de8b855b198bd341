// The points of a batch, for any encoding: start times, temporality, ends of series. Pure.
#pragma once

#include <cstddef>

#include "metrics/catalogue.hpp"
#include "otlp/encoder.hpp"

namespace cspy::otlp {

/// One point as it is sent.
struct Point {
  /// Index of its container: the readings of the batch, followed by the endings.
  std::size_t container = 0;
  UnixNanos start = 0;  ///< 0: not sent
  UnixNanos time = 0;
  bool ended = false;  ///< the series has ended; there is no value
  metrics::Number value = {};
  metrics::LabelValues labels = {};  ///< of the metric, in the order of Metric::label_keys; empty ones are not sent
};

class Points {
 public:
  virtual void point(const Point& point) = 0;

 protected:
  ~Points() = default;
};

/// Passes all points of `metric` in the batch to `points`, container by container.
void walk(const metrics::Metric& metric, const Batch& batch, Points& points);

}  // namespace cspy::otlp
