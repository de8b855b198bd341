// Which files of a cgroup are worth reading, so that nothing is read that no wanted metric needs.
#pragma once

#include "metrics/selection.hpp"

namespace cspy::host {

/// What is wanted of a cgroup, about one member for each file.
struct CgroupWanted {
  bool cpu = false;             ///< times
  bool cfs = false;             ///< periods of the quota (in one file with the times on cgroup v2)
  bool memory = false;          ///< usage; whatever else of memory is wanted needs to know that there is some
  bool memory_details = false;  ///< memory.stat
  bool memory_swap = false;
  bool memory_peak = false;
  bool memory_failcnt = false;
  bool memory_kernel = false;
  bool memory_events = false;
  bool oom = false;
  bool pressure = false;
  bool io = false;
  bool threads = false;
  bool threads_max = false;
  bool processes = false;
  bool hugetlb = false;
  bool memory_numa = false;
  bool memory_migrate = false;

  bool operator==(const CgroupWanted&) const = default;
};

[[nodiscard]] CgroupWanted wanted_of(const metrics::Selection& selection);

}  // namespace cspy::host
