#include "metrics/visit.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace cspy::metrics {
namespace {

bool holds(Condition condition, const Reading& reading) {
  switch (condition) {
    case Condition::always: return true;
    case Condition::cpu_quota: return reading.container->limits.cpu_quota_us != 0;
  }
  return false;
}

/// FNV-1a over the identities of the series. It need not resist attackers: after a collision, one series does not end.
class Shape final : public PointSink {
 public:
  // Each row of the catalogue has its own address.
  void begin(const Metric& metric) { step(reinterpret_cast<std::uintptr_t>(&metric)); }

  void point(Number, LabelValues labels) override {
    ++points;
    step(0x01);
    for (const auto label : labels) {
      for (const char c : label)
        step(static_cast<unsigned char>(c));
      step(0x02);
    }
  }

  std::uint64_t hash = 0xcbf29ce484222325;
  std::uint32_t points = 0;

 private:
  void step(std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3; }
};

/// The label values of each point, joined by a byte that labels never contain.
class Identities final : public PointSink {
 public:
  static std::string join(LabelValues labels) {
    std::string identity;
    for (const auto label : labels)
      identity.append(label).push_back('\0');
    return identity;
  }

  void point(Number, LabelValues labels) override { seen.push_back(join(labels)); }

  std::vector<std::string> seen;
};

/// Passes on the points that are not in `present`.
class Missing final : public PointSink {
 public:
  Missing(const std::vector<std::string>& present, PointSink& next) : present_{present}, next_{next} {}

  void point(Number value, LabelValues labels) override {
    if (std::ranges::find(present_, Identities::join(labels)) == present_.end()) next_.point(value, labels);
  }

 private:
  const std::vector<std::string>& present_;
  PointSink& next_;
};

}  // namespace

bool misses(const Reading& reading, const Metric& metric) {
  return reading.sample.missed.overlaps(metric.accessor.parts);
}

void visit(const Metric& metric, const Reading& reading, UnixNanos time, PointSink& sink) {
  if (!misses(reading, metric)) visit_known(metric, reading, time, sink);
}

void visit_known(const Metric& metric, const Reading& reading, UnixNanos time, PointSink& sink) {
  const auto subject = reading.container->subject;
  if (!row_of(metric.group).has(subject) && !(metric.also_stopped && subject == Subject::stopped)) return;
  if (holds(metric.condition, reading)) metric.accessor.emit(reading, time, sink);
}

void visit_ended(const Metric& metric, const Ending& ending, UnixNanos time, PointSink& sink) {
  if (!ending.now) {
    visit_known(metric, *ending.last, time, sink);
    return;
  }
  Identities present;
  visit_known(metric, *ending.now, time, present);
  Missing missing{present.seen, sink};
  visit_known(metric, *ending.last, time, missing);
}

void measure(Reading& reading, const Selection& selection) {
  Shape shape;
  for (const auto& metric : catalogue()) {
    if (!selection.has(metric)) continue;
    shape.begin(metric);
    const auto before = shape.points;
    visit_known(metric, reading, 0, shape);
    if (misses(reading, metric)) shape.points = before;
  }
  reading.shape = shape.hash;
  reading.points = shape.points;
}

}  // namespace cspy::metrics
