#include "otlp/deltas.hpp"

#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "metrics/missed.hpp"

namespace cspy::otlp {
namespace {

/// The base after a push of `reading` at `time`. `before`: the base until then, if any. What the reading missed was not
/// pushed, so it keeps the values of `before`. The reading's own may be of a round that was lost.
Base base_of(const metrics::ReadingPtr& reading, UnixNanos time, const Base& before) {
  if (reading->sample.missed == metrics::SampleParts{})
    return {.kind = Base::Kind::pushed, .last = reading, .time = time, .whole_time = time};
  const bool goes_on = before.last && before.last->container->started == reading->container->started;
  auto kept = std::make_shared<metrics::Reading>(*reading);
  metrics::keep_missed(kept->sample, goes_on ? &before.last->sample : nullptr);
  return {.kind = Base::Kind::pushed,
          .last = std::move(kept),
          .time = time,
          .whole_time = goes_on ? before.whole_time : time};
}

}  // namespace

std::span<const Base> Deltas::bases(const Batch& batch) {
  bases_.clear();
  for (const auto& reading : batch.readings) {
    const auto& container = *reading->container;
    const auto* const before = find(container.id);
    if (before != nullptr && before->last->container->started == container.started) {
      bases_.push_back(*before);
    } else {
      const bool ours = container.started >= begun_ || before != nullptr;
      bases_.push_back({.kind = ours ? Base::Kind::started : Base::Kind::unknown,
                        .last = before != nullptr ? before->last : nullptr,
                        .time = before != nullptr ? before->time : 0,
                        .whole_time = before != nullptr ? before->whole_time : 0});
    }
  }
  return bases_;
}

void Deltas::delivered(const Batch& batch) {
  for (const auto& reading : batch.readings) {
    const auto& container = *reading->container;
    // A stopped container counts nothing. Its last run remains the base of counters over all runs.
    if (container.subject == metrics::Subject::stopped) continue;
    auto& base = pushed_[container.id];
    base = base_of(reading, batch.time, base);
    if (const auto gone = gone_.find(container.id); gone != gone_.end()) gone_.erase(gone);
  }
  forget(batch.endings, batch.time);
}

void Deltas::forget(std::span<const metrics::Ending> endings, UnixNanos time) {
  for (const auto& ending : endings) {
    if (!ending.now) end(*ending.last->container, time);
  }
}

void Deltas::end(const metrics::Container& container, UnixNanos time) {
  const auto found = pushed_.find(container.id);
  if (found == pushed_.end()) return;
  // The container continues with other labels, or in another run.
  if (found->second.time >= time || found->second.last->container->started > container.started) return;
  if (found->second.last->sample.oom_events.value_or(0) > 0 && gone_.size() < limits::gone_with_oom_kills_max)
    gone_.insert_or_assign(container.id, std::move(found->second));
  pushed_.erase(found);
}

const Base* Deltas::find(std::string_view id) const {
  if (const auto found = pushed_.find(id); found != pushed_.end()) return &found->second;
  const auto found = gone_.find(id);
  return found == gone_.end() ? nullptr : &found->second;
}

}  // namespace cspy::otlp
