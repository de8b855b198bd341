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
  Round round{.time = time, .readings = {}, .endings = {}};
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

/// Ends the series of all departed readings, each series once. If a later departed reading or the next run has the same
/// series, it stays alive for that one.
void Fleet::end_departed(Round& round) {
  std::map<std::string_view, ReadingPtr> newest;
  const auto departed = std::exchange(departed_, {});
  for (const auto& last : departed | std::views::reverse) {
    const std::string_view id{last->container->id};
    const auto [later, first] = newest.try_emplace(id, last);
    ReadingPtr now = first ? nullptr : later->second;
    if (const auto* entry = find(id); entry != nullptr && entry->last && same_labels(*entry->last, *last))
      now = entry->last;
    if (now && !same_labels(*now, *last)) now = nullptr;
    if (now && now->shape == last->shape) continue;
    round.endings.push_back({.last = last, .now = std::move(now)});
  }
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
