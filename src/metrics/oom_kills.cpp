#include "metrics/oom_kills.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace cspy::metrics {

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
    record.in_past += std::max(record.noted, record.counted);
    record.noted = record.counted = 0;
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

void OomKills::count(const Container& container, std::uint64_t kills) {
  if (kills == 0) return;
  if (auto* const record = in_run(container.id, container.started)) record->counted = std::max(record->counted, kills);
}

void OomKills::begin_run(const Container& container) {
  if (records_.contains(container.id)) in_run(container.id, container.started);
  count(container, container.lifecycle.oom_killed ? 1 : 0);
}

void OomKills::forget(std::string_view id) {
  if (const auto known = records_.find(id); known != records_.end()) records_.erase(known);
}

std::uint64_t OomKills::of(std::string_view id) const {
  const auto known = records_.find(id);
  return known == records_.end() ? 0 : known->second.in_past + std::max(known->second.noted, known->second.counted);
}

}  // namespace cspy::metrics
