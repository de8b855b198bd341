// Parses /proc/PID, the data of one process: its cgroup, its limits, the scheduler's counters, and its open files.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/count.hpp"
#include "host/kernel_files.hpp"

namespace cspy::host {

/// The path in /proc/PID/cgroup, as the reader's cgroup namespace shows it. Takes the memory hierarchy of cgroup v1, or
/// else its cpuacct hierarchy, or else cgroup v2. nullopt if the file has none of them.
[[nodiscard]] std::optional<std::string_view> cgroup_path(std::string_view cgroup);

/// The soft limit of open files in /proc/PID/limits. metrics::unlimited_files if there is no limit.
[[nodiscard]] Count open_files_soft(std::string_view limits);

/// The scheduler's counters for a task (for a process: its first thread, as in cAdvisor).
struct SchedCounters {
  std::uint64_t run_ns = 0;       ///< time on a CPU
  std::uint64_t runqueue_ns = 0;  ///< time ready to run, but waiting for a CPU
  std::uint64_t periods = 0;      ///< how often it got a CPU

  SchedCounters& operator+=(const SchedCounters& other);
  bool operator==(const SchedCounters&) const = default;
};

/// /proc/PID/schedstat.
[[nodiscard]] std::optional<SchedCounters> parse_schedstat(std::string_view schedstat);

/// Open files of a container's processes, and the sockets among them. Absent if the kernel refuses one of the
/// processes: reading them takes the rights of a debugger. Also absent beyond limits::descriptors_max: each takes a
/// system call.
struct Descriptors {
  Count files = 0;
  Count sockets = 0;

  /// Adds the files of one process. `process` is its directory in /proc. Does nothing if the process has ended.
  void add(const Directory& process);
};

}  // namespace cspy::host
