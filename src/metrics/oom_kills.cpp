#include "metrics/oom_kills.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "metrics/sample_parts.hpp"

namespace cspy::metrics {

std::uint64_t OomKills::Record::kills() const {
  return std::max({noted, counted, std::uint64_t{inspected ? 1U : 0U}});
}

/// The container's record for the run that began at `run`. Null if there are too many records already.
OomKills::Record* OomKills::in_run(std::string_view id, UnixNanos run) {
  auto known = records_.find(id);
  if (known == records_.end()) {
    if (records_.size() >= limits::containers_max) return nullptr;
    known = records_.emplace(id, Record{.run = run}).first;
  }
  auto& record = known->second;
  // As long as no run is known, the noted kills may belong to any run.
  if (record.run != 0 && run > record.run) {
    record.in_past += record.kills();
    record.noted = record.counted = 0;
    record.inspected = false;
  }
  record.run = std::max(record.run, run);
  return &record;
}

void OomKills::add_event(std::string_view id, UnixNanos time, UnixNanos run) {
  auto* const record = in_run(id, run);
  if (record == nullptr || (time != 0 && time <= record->last_event)) return;
  record->last_event = std::max(record->last_event, time);
  last_event_ = std::max(last_event_, time);
  ++record->noted;
}

void OomKills::complete(const Container& container, Sample& sample) {
  sample.agent_begun = begun_;
  if (sample.missed.has(&Sample::oom_events)) return;
  const bool by_kernel = sample.oom_events.has_value();
  const auto kills = sample.oom_events.value_or(0);
  auto* const record = kills > 0 || records_.contains(container.id) ? in_run(container.id, container.started) : nullptr;
  if (record != nullptr) {
    record->counted = std::max(record->counted, kills);
    record->mixed = record->mixed || !by_kernel || record->in_past > 0 || record->kills() > record->counted;
  }
  sample.oom_events = of(container.id);
  sample.kills_by_kernel = by_kernel && (record == nullptr || !record->mixed);
}

void OomKills::begin_run(const Container& container) {
  const bool killed = container.lifecycle.oom_killed;
  if (!killed && !records_.contains(container.id)) return;
  auto* const record = in_run(container.id, container.started);
  if (record != nullptr && killed) record->inspected = true;
}

void OomKills::forget(std::string_view id) {
  if (const auto known = records_.find(id); known != records_.end()) records_.erase(known);
}

std::uint64_t OomKills::of(std::string_view id) const {
  const auto known = records_.find(id);
  return known == records_.end() ? 0 : known->second.in_past + known->second.kills();
}

}  // namespace cspy::metrics
