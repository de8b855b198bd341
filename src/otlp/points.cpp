#include "otlp/points.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "metrics/beginning.hpp"
#include "metrics/visit.hpp"

namespace cspy::otlp {
namespace {

using metrics::Kind;
using metrics::LabelValues;
using metrics::Metric;
using metrics::Number;

/// The values of a counter at the last push.
class Remembered final : public metrics::PointSink {
 public:
  void point(Number value, LabelValues labels) override { values_.emplace_back(joined(labels), value); }

  [[nodiscard]] const Number* find(LabelValues labels) const {
    const auto found = std::ranges::find(values_, joined(labels), &std::pair<std::string, Number>::first);
    return found == values_.end() ? nullptr : &found->second;
  }

 private:
  static std::string joined(LabelValues labels) {
    std::string text;
    for (const auto label : labels)
      text.append(label).push_back('\0');
    return text;
  }

  std::vector<std::pair<std::string, Number>> values_;
};

/// The increase from one value of a counter to the next. A counter that fell was reset and has counted from zero.
Number increase(const Number& from, const Number& to) {
  if (const auto* whole = std::get_if<std::int64_t>(&to)) {
    const auto* before = std::get_if<std::int64_t>(&from);
    return before != nullptr && *before <= *whole ? *whole - *before : *whole;
  }
  const auto real = std::get<double>(to);
  const auto* before = std::get_if<double>(&from);
  return before != nullptr && *before <= real ? real - *before : real;
}

/// Makes the points of one container and one metric: adds times and computes deltas.
class PointMaker final : public metrics::PointSink {
 public:
  /// `since`: the values of the last push, for deltas; null: cumulative. `only_known`: leave out new series.
  PointMaker(Points& next, Point common, const Remembered* since, bool only_known = false)
      : next_{next}, common_{common}, since_{since}, only_known_{only_known} {}

  void point(Number value, LabelValues labels) override {
    auto point = common_;
    point.value = value;
    point.labels = labels;
    if (since_ != nullptr) {
      // A series without a value at the last push began after it.
      const auto* before = since_->find(labels);
      if (before != nullptr) point.value = increase(*before, value);
      if (before == nullptr && only_known_) return;
    }
    next_.point(point);
  }

 private:
  Points& next_;
  Point common_;
  const Remembered* since_;
  bool only_known_;
};

/// The start time of a point. If the clock of the engine is ahead of ours, it is `time`: receivers refuse a later
/// start.
UnixNanos start_of(const Metric& metric, const metrics::Reading& reading, UnixNanos time) {
  return std::min(metrics::beginning_of(metric, reading).time, time);
}

void walk_delta(const Metric& metric, const Batch& batch, std::size_t index, Points& points) {
  const auto& reading = *batch.readings[index];
  const auto& base = batch.bases[index];
  if (base.kind == Base::Kind::unknown) return;
  const auto beginning = metrics::beginning_of(metric, reading);
  const bool goes_on = base.kind == Base::Kind::pushed || (metric.since == metrics::Since::creation && base.last);
  // Until there is a base, counts that are not the container's own cannot be told from those that are.
  if (!beginning.own && !goes_on) return;
  Remembered since;
  auto start = beginning.time;
  // What is not known of the base may have been pushed before.
  bool only_known = !beginning.own;
  if (goes_on) {
    metrics::visit_known(metric, *base.last, base.time, since);
    const bool missed = metrics::misses(*base.last, metric);
    start = missed ? base.whole_time : base.time;
    only_known = only_known || missed;
  }
  PointMaker maker{
      points, {.container = index, .start = std::min(start, batch.time), .time = batch.time}, &since, only_known};
  metrics::visit(metric, reading, batch.time, maker);
}

}  // namespace

void walk(const Metric& metric, const Batch& batch, Points& points) {
  const bool counter = metric.kind == Kind::counter;
  const bool delta = counter && batch.temporality == Temporality::delta;
  for (std::size_t i = 0; i < batch.readings.size(); ++i) {
    if (delta) {
      walk_delta(metric, batch, i, points);
      continue;
    }
    const auto& reading = *batch.readings[i];
    const auto start = counter ? start_of(metric, reading, batch.time) : 0;
    PointMaker maker{points, {.container = i, .start = start, .time = batch.time}, nullptr};
    metrics::visit(metric, reading, batch.time, maker);
  }
  // A series of deltas needs no end: without a point, nothing was counted.
  if (delta) return;
  for (std::size_t i = 0; i < batch.endings.size(); ++i) {
    const auto& ending = batch.endings[i];
    const auto start = counter ? start_of(metric, *ending.last, batch.time) : 0;
    const auto container = batch.readings.size() + i;
    PointMaker maker{points, {.container = container, .start = start, .time = batch.time, .ended = true}, nullptr};
    metrics::visit_ended(metric, ending, batch.time, maker);
  }
}

}  // namespace cspy::otlp
