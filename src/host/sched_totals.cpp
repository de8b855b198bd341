#include "host/sched_totals.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"

namespace cspy::host {
namespace {

constexpr auto process = &SchedTasks::value_type::first;

/// How much of limits::sched_tasks_max a container uses.
std::size_t room_of(const SchedTasks& tasks) {
  return std::max<std::size_t>(tasks.size(), 1);
}

/// The sum over the tasks of `before` that are not in `now`. If counters fell, the old process ended and a new one got
/// its number.
SchedCounters ended_between(const SchedTasks& before, const SchedTasks& now) {
  SchedCounters ended;
  for (const auto& [pid, counters] : before) {
    const auto found = std::ranges::lower_bound(now, pid, {}, process);
    const bool goes_on = found != now.end() && found->first == pid && found->second.run_ns >= counters.run_ns;
    if (!goes_on) ended += counters;
  }
  return ended;
}

}  // namespace

std::optional<SchedCounters> SchedTotals::add(std::string_view id, UnixNanos started, SchedTasks tasks) {
  std::ranges::sort(tasks, {}, process);
  const auto surplus = std::ranges::unique(tasks, {}, process);
  tasks.erase(surplus.begin(), surplus.end());

  const auto known = containers_.find(id);
  const auto released = known == containers_.end() ? 0 : room_of(known->second.alive);
  if (tasks_ - released + room_of(tasks) > limits::sched_tasks_max) return std::nullopt;
  auto& entry = known == containers_.end() ? containers_[std::string{id}] : known->second;
  if (entry.started != started) entry = Entry{.started = started, .ended = {}, .alive = {}};
  tasks_ = tasks_ - released + room_of(tasks);
  entry.ended += ended_between(entry.alive, tasks);
  entry.alive = std::move(tasks);
  entry.round = round_;

  auto total = entry.ended;
  for (const auto& [pid, counters] : entry.alive)
    total += counters;
  return total;
}

void SchedTotals::begin_round(const RunGoesOn& goes_on) {
  ++round_;
  std::erase_if(containers_, [&](const auto& container) {
    const auto& [id, entry] = container;
    if (round_ - entry.round <= limits::sched_idle_rounds_max || goes_on(id, entry.started)) return false;
    tasks_ -= room_of(entry.alive);
    return true;
  });
}

}  // namespace cspy::host
