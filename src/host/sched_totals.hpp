// Adds up the scheduler's counters of a container's processes. The kernel counts each process separately, but a
// container's number must not fall when a process ends. Pure.
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

/// Counters of a container's processes, by process id.
using SchedTasks = std::vector<std::pair<std::uint32_t, SchedCounters>>;

/// Whether this run of a container goes on, as far as is known.
using RunGoesOn = std::function<bool(std::string_view id, UnixNanos started)>;

/// Remembers for each container the last known counters of its processes. For a process that ends between two rounds,
/// the total has its work up to the earlier round. A process that begins and ends between two rounds is not counted.
/// cAdvisor has the same gaps.
class SchedTotals {
 public:
  /// The counters of all processes of this run, including those that ended. nullopt if limits::sched_tasks_max leaves
  /// no room to remember them.
  [[nodiscard]] std::optional<SchedCounters> add(std::string_view id, UnixNanos started, SchedTasks tasks);

  /// Begins a new round. Forgets runs that have ended, after limits::sched_idle_rounds_max rounds without an add(). A
  /// run that goes on is never forgotten: its counters would fall.
  void begin_round(const RunGoesOn& goes_on);
  [[nodiscard]] std::size_t containers() const { return containers_.size(); }

 private:
  struct Entry {
    UnixNanos started = 0;
    SchedCounters ended;  ///< of ended processes
    SchedTasks alive;     ///< sorted by process
    std::uint32_t round = 0;
  };

  std::map<std::string, Entry, std::less<>> containers_;
  std::size_t tasks_ = 0;  ///< in all containers; one without tasks counts as one
  std::uint32_t round_ = 0;
};

}  // namespace cspy::host
