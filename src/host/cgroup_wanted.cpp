#include "host/cgroup_wanted.hpp"

namespace cspy::host {

using metrics::Group;

CgroupWanted wanted_of(const metrics::Selection& selection) {
  const auto any = [&](std::initializer_list<std::string_view> names) { return selection.any(names); };
  return {
      .cpu = any({"container_cpu_usage_seconds_total", "container_cpu_user_seconds_total",
                  "container_cpu_system_seconds_total"}),
      .cfs = any({"container_cpu_cfs_periods_total", "container_cpu_cfs_throttled_periods_total",
                  "container_cpu_cfs_throttled_seconds_total", "container_cpu_cfs_burst_periods_total",
                  "container_cpu_cfs_burst_seconds_total"}),
      .memory = selection.any(Group::memory),
      .memory_details =
          any({"container_memory_working_set_bytes", "container_memory_rss", "container_memory_cache",
               "container_memory_mapped_file", "container_memory_total_active_file_bytes",
               "container_memory_total_inactive_file_bytes", "container_memory_file_dirty_bytes",
               "container_memory_file_writeback_bytes", "container_memory_failures_total",
               "container_memory_pgscan_total", "container_memory_pgsteal_total",
               "container_memory_workingset_refault_file_total", "container_memory_workingset_refault_anon_total"}),
      .memory_swap = any({"container_memory_swap"}),
      .memory_peak = any({"container_memory_max_usage_bytes"}),
      .memory_failcnt = any({"container_memory_failcnt"}),
      .memory_kernel = any({"container_memory_kernel_usage"}),
      .memory_events = any({"container_memory_events_high_total", "container_memory_events_max_total"}),
      .oom = selection.any(Group::oom_event),
      .pressure = selection.any(Group::pressure),
      .io = selection.any(Group::disk_io),
      .threads = any({"container_threads"}),
      .threads_max = any({"container_threads_max"}),
      .processes = any({"container_processes"}),
      .hugetlb = selection.any(Group::hugetlb),
      .memory_numa = any({"container_memory_numa_pages"}),
      .memory_migrate = any({"container_memory_migrate"}),
  };
}

}  // namespace cspy::host
