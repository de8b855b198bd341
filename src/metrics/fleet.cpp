#include "metrics/fleet.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/limits.hpp"

namespace cspy::metrics {
namespace {

bool same_labels(const Reading& a, const Reading& b) {
  return a.container->labels == b.container->labels;
}

/// Whether a reading of `read` may be sent for `known`, the container as it is known now: the run and the labels must
/// be the same.
bool still_true(const Container& read, const Container& known) {
  return &read == &known ||
         (read.started == known.started && read.labels == known.labels && read.subject == known.subject);
}

}  // namespace

void Fleet::put(std::shared_ptr<const Container> container, Health health) {
  if (container->subject == Subject::container) oom_kills_.begin_run(*container);
  auto& entry = entries_[container->id];
  if (entry.container && entry.container->started != container->started) depart(std::exchange(entry.last, nullptr));
  entry.container = std::move(container);
  entry.health = health;
}

void Fleet::remove(std::string_view id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  depart(std::move(found->second.last));
  entries_.erase(found);
}

void Fleet::set_health(std::string_view id, Health health) {
  if (const auto found = entries_.find(id); found != entries_.end()) found->second.health = health;
}

const Fleet::Entry* Fleet::find(std::string_view id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

Round Fleet::close_round(UnixNanos time, std::vector<ReadingPtr> readings) {
  constexpr UnixNanos step = std::chrono::nanoseconds{limits::round_step_min}.count();
  last_time_ = last_time_ == 0 ? time : std::max(time, last_time_ + step);
  Round round{.time = last_time_, .readings = {}, .endings = {}};
  round.readings.reserve(readings.size());
  for (auto& reading : readings) {
    const auto found = entries_.find(reading->container->id);
    // During the round the run may have ended, or someone may have renamed the container.
    if (found == entries_.end() || !still_true(*reading->container, *found->second.container)) continue;
    auto& last = found->second.last;
    if (last && !same_labels(*last, *reading)) {
      depart(std::exchange(last, nullptr));
    } else if (last && last->shape != reading->shape) {
      round.endings.push_back({.last = last, .now = reading});
    }
    last = reading;
    round.readings.push_back(std::move(reading));
  }
  end_departed(round);
  return round;
}

Round Fleet::end_all(UnixNanos time) {
  for (auto& [id, entry] : entries_) {
    if (entry.last) depart(std::exchange(entry.last, nullptr));
  }
  auto round = close_round(time, {});
  departed_.clear();
  return round;
}

/// Ends the series of departed readings that do not go on in the current run. A round ends the series of one container
/// under the same labels only once: if another reading of it has departed with other series, that one stays in
/// `departed_` for the next round. There can only be another one after a round was lost.
void Fleet::end_departed(Round& round) {
  std::multimap<std::string_view, ReadingPtr> ended;
  for (const auto& ending : round.endings)
    ended.emplace(ending.last->container->id, ending.last);
  std::vector<ReadingPtr> later;
  const auto departed = std::exchange(departed_, {});
  for (const auto& last : departed | std::views::reverse) {
    const std::string_view id{last->container->id};
    const auto* const entry = find(id);
    ReadingPtr now = entry != nullptr && entry->last && same_labels(*entry->last, *last) ? entry->last : nullptr;
    if (now && now->shape == last->shape) continue;
    const auto [first, end] = ended.equal_range(id);
    const auto same = std::find_if(first, end, [&](const auto& other) { return same_labels(*other.second, *last); });
    if (same == end) {
      ended.emplace(id, last);
      round.endings.push_back({.last = last, .now = std::move(now)});
    } else if (same->second->shape != last->shape) {
      later.push_back(last);
    }
  }
  departed_.assign(later.rbegin(), later.rend());
}

void Fleet::restore(std::vector<Ending> endings) {
  for (auto& ending : endings)
    depart(std::move(ending.last));
}

void Fleet::depart(ReadingPtr last) {
  if (!last || departed_.size() >= limits::departed_max) return;
  departed_.push_back(std::move(last));
}

}  // namespace cspy::metrics
