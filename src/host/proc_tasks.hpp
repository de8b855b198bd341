// What /proc/PID says of one process: its cgroup, its limits, what the scheduler counted, and its open files.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/count.hpp"
#include "host/kernel_files.hpp"

namespace cspy::host {

/// The path in /proc/PID/cgroup, as the reader's cgroup namespace shows it: of the memory controller where it is a
/// hierarchy of cgroup v1, else of its accounting of CPU time, else of cgroup v2. nullopt where none of them is there.
[[nodiscard]] std::optional<std::string_view> cgroup_path(std::string_view cgroup);

/// The soft limit of open files in /proc/PID/limits; metrics::unlimited_files where there is none.
[[nodiscard]] Count open_files_soft(std::string_view limits);

/// What the scheduler counted of a task (of a process: of its first thread, as cAdvisor has it).
struct SchedCounters {
  std::uint64_t run_ns = 0;       ///< on a CPU
  std::uint64_t runqueue_ns = 0;  ///< ready, and waiting for one
  std::uint64_t periods = 0;      ///< times it was given one

  SchedCounters& operator+=(const SchedCounters& other);
  bool operator==(const SchedCounters&) const = default;
};

/// /proc/PID/schedstat.
[[nodiscard]] std::optional<SchedCounters> parse_schedstat(std::string_view schedstat);

/// Open files of a container's processes, and the sockets among them. Absent where one of them was refused: it takes
/// the rights of a debugger. Absent too beyond limits::descriptors_max: to look at each takes a system call.
struct Descriptors {
  Count files = 0;
  Count sockets = 0;

  /// Adds those of the process whose directory of /proc this is; nothing where it has ended.
  void add(const Directory& process);
};

}  // namespace cspy::host
