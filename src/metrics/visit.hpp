// Walks the catalogue: which points a reading has, and which series end between two readings. Pure.
#pragma once

#include <span>

#include "metrics/catalogue.hpp"
#include "metrics/selection.hpp"

namespace cspy::metrics {

/// Whether the reading missed parts of the sample that the metric needs.
[[nodiscard]] bool misses(const Reading& reading, const Metric& metric);

/// Passes the reading's points for `metric` to `sink`. Passes nothing if the metric's condition does not hold, if the
/// reading's subject does not have the metric, or if the reading missed its parts of the sample.
void visit(const Metric& metric, const Reading& reading, UnixNanos time, PointSink& sink);

/// The same, and also what the reading missed, with the values of the reading before: all series that go on.
void visit_known(const Metric& metric, const Reading& reading, UnixNanos time, PointSink& sink);

/// Passes a point to `sink` for each series of `metric` that `ending.last` has and `ending.now` does not. The values
/// are the last known ones; do not send them.
void visit_ended(const Metric& metric, const Ending& ending, UnixNanos time, PointSink& sink);

/// Sets `shape` and `points` for the selected metrics. Two readings of a container with the same shape have the same
/// series, counting those that they missed.
void measure(Reading& reading, const Selection& selection);

}  // namespace cspy::metrics
