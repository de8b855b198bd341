// Walking the catalogue: which points a reading has, and which series end between two readings. Pure.
#pragma once

#include <span>

#include "metrics/catalogue.hpp"
#include "metrics/selection.hpp"

namespace cspy::metrics {

/// Gives `sink` the reading's points under `metric`; none where its condition does not hold, or where the metric is not
/// one of such a subject.
void visit(const Metric& metric, const Reading& reading, UnixNanos time, PointSink& sink);

/// Gives `sink` a point for each series of `ending.last` under `metric` that `ending.now` does not have. The values are
/// the last ones known and not to be sent.
void visit_ended(const Metric& metric, const Ending& ending, UnixNanos time, PointSink& sink);

/// Fills in `shape` and `points`, of the metrics that are wanted: two readings of one container with the same shape
/// have the same series.
void measure(Reading& reading, const Selection& selection);

}  // namespace cspy::metrics
