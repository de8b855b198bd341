#include "docker/inspections.hpp"

#include <algorithm>
#include <utility>

namespace cspy::docker {

using net::TimePoint;

void Inspections::set_failures(Entry& entry, unsigned failures) {
  if (entry.failures == 0 && failures > 0) ++failed_;
  if (entry.failures > 0 && failures == 0) --failed_;
  entry.failures = failures;
}

void Inspections::erase(Entries::iterator entry) {
  set_failures(entry->second, 0);
  entries_.erase(entry);
}

void Inspections::add(std::string_view id, TimePoint now) {
  auto found = entries_.find(id);
  if (found == entries_.end()) {
    if (entries_.size() >= limits::containers_max) return;
    found = entries_.emplace(std::string{id}, Entry{}).first;
  }
  auto& entry = found->second;
  if (entry.busy) {
    entry.outdated = true;
    entry.dropped = false;
    return;
  }
  // What has failed keeps its wait: events must not turn it into a stream of attempts.
  if (entry.failures == 0) entry.due = now;
}

bool Inspections::may_start(const Entry& entry) const {
  return !entry.busy && (entry.failures == 0 || retries_in_progress_ < limits::inspect_retries_at_once);
}

TimePoint Inspections::place_free_at(TimePoint now) const {
  if (begun_.size() >= limits::requests_at_once_max) return TimePoint::max();
  const auto first_fresh = begun_.upper_bound(now - limits::request_patience);
  if (std::cmp_less(std::ranges::distance(first_fresh, begun_.end()), limits::inspect_concurrency)) return now;
  return *first_fresh + limits::request_patience;
}

std::optional<std::string> Inspections::take(TimePoint now) {
  if (place_free_at(now) > now) return std::nullopt;
  const auto ready = [&](const auto& item) { return may_start(item.second) && item.second.due <= now; };
  // Those that were never tried come first.
  auto found =
      std::ranges::find_if(entries_, [&](const auto& item) { return ready(item) && item.second.failures == 0; });
  if (found == entries_.end()) found = std::ranges::find_if(entries_, ready);
  if (found == entries_.end()) return std::nullopt;
  found->second.busy = true;
  found->second.begun = now;
  begun_.insert(now);
  if (found->second.failures > 0) ++retries_in_progress_;
  return found->first;
}

bool Inspections::done(std::string_view id, bool succeeded, TimePoint now) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return true;
  auto& entry = found->second;
  begun_.erase(begun_.find(entry.begun));
  if (entry.failures > 0) --retries_in_progress_;
  const bool current = !entry.outdated && !entry.dropped;
  if (entry.dropped || (succeeded && current)) {
    erase(found);
    return current;
  }
  if (succeeded) {
    set_failures(entry, 0);
    entry.due = now;
  } else {
    set_failures(entry, entry.failures + 1);
    const auto doublings = std::min(entry.failures - 1, limits::inspect_retry_doublings_max);
    entry.due = now + limits::inspect_retry_interval * (1U << doublings);
  }
  entry.busy = false;
  entry.outdated = false;
  return current;
}

void Inspections::outdate(std::string_view id) {
  if (const auto found = entries_.find(id); found != entries_.end() && found->second.busy)
    found->second.outdated = true;
}

bool Inspections::drop(std::string_view id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return false;
  if (found->second.busy) {
    found->second.dropped = true;
  } else {
    erase(found);
  }
  return true;
}

TimePoint Inspections::next_due(TimePoint now) const {
  auto next = TimePoint::max();
  for (const auto& [id, entry] : entries_) {
    if (may_start(entry)) next = std::min(next, entry.due);
  }
  return std::max(next, place_free_at(now));
}

bool Inspections::has_untried() const {
  return std::ranges::any_of(entries_, [](const auto& item) { return item.second.failures == 0; });
}

void Inspections::clear() {
  entries_.clear();
  failed_ = 0;
}

}  // namespace cspy::docker
