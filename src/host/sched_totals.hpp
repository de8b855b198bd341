// The scheduler counts each process by itself; a container's number must not fall when one of them ends. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "host/proc_tasks.hpp"

namespace cspy::host {

/// Counters of the processes that a container has, by their ids.
using SchedTasks = std::vector<std::pair<std::uint32_t, SchedCounters>>;

/// Remembers of each container what its processes had when they were last seen. It has what they did between two rounds
/// only up to the first of them, and nothing of processes that began and ended in between; so has cAdvisor.
class SchedTotals {
 public:
  /// What all processes of this run of the container have counted, those that ended too. nullopt where
  /// limits::sched_tasks_max leave no room to remember them.
  [[nodiscard]] std::optional<SchedCounters> add(std::string_view id, UnixNanos started, SchedTasks tasks);

  /// Begins another round: what was not added to in limits::sched_idle_rounds_max of them is forgotten.
  void begin_round();
  [[nodiscard]] std::size_t containers() const { return containers_.size(); }

 private:
  struct Entry {
    UnixNanos started = 0;
    SchedCounters ended;  ///< of those that are gone
    SchedTasks alive;     ///< sorted by process
    std::uint32_t round = 0;
  };

  std::map<std::string, Entry, std::less<>> containers_;
  std::size_t tasks_ = 0;  ///< in all of them; a container without any counts as one
  std::uint32_t round_ = 0;
};

}  // namespace cspy::host
