// What was read of one container in one round: plain values, absent where nothing gives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/count.hpp"

namespace cspy::metrics {

/// The result of a container's health check, with the numbers cAdvisor exports for it.
enum class Health : std::int8_t { none = -1, not_healthy = 0, healthy = 1 };

/// Counters of one network interface inside the container, since it was attached.
struct NetworkCounters {
  std::string interface;
  Count receive_bytes, receive_packets, receive_errors, receive_dropped;
  Count transmit_bytes, transmit_packets, transmit_errors, transmit_dropped;
};

/// What went to and from one block device. Most of it only old kernels or the cgroup tree tell.
struct DeviceCounters {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::string device;  ///< "/dev/sda"; empty where the machine's own names cannot be read
  Count read_bytes, write_bytes;
  Count sync_bytes{}, async_bytes{}, discard_bytes{}, total_bytes{};  ///< of cgroup v1
  Count reads{}, writes{};                                            ///< operations
  Count reads_merged{}, writes_merged{}, sectors_read{}, sectors_written{};
  Count read_ns{}, write_ns{}, io_ns{}, weighted_ns{};                         ///< time that operations took
  Count io_current{};                                                          ///< operations under way
  Count cost_usage_us{}, cost_wait_us{}, cost_indebt_us{}, cost_indelay_us{};  ///< where the kernel's iocost is on
};

/// What a value of the long tail is; see Detail. The numbers stand in journals: new ones are appended.
enum class Tail : std::uint8_t {
  memory_numa_pages,
  memory_migrate,
  hugetlb_usage,
  hugetlb_max_usage,
  hugetlb_failcnt,
  tcp_usage,
  tcp6_usage,
  udp_usage,
  udp6_usage,
  advanced_tcp,
  schedstat_run_ns,
  schedstat_runqueue_ns,
  schedstat_periods,
  file_descriptors,
  sockets,
  fs_usage_bytes,
  fs_limit_bytes,
  fs_inodes_total,
  fs_inodes_free,
  version_info,
  engine_info,
  scrape_error,
  machine_scrape_error,
  machine_cpu_cores,
  machine_cpu_physical_cores,
  machine_cpu_sockets,
  machine_memory_bytes,
  machine_swap_bytes,
  engine_disk_usage_bytes,
  engine_disk_reclaimable_bytes,
  engine_disk_objects,
};
inline constexpr std::size_t tail_count = static_cast<std::size_t>(Tail::engine_disk_objects) + 1;

/// A value that few samples have: it would be a waste to keep a place for it in each.
struct Detail {
  Tail what{};
  std::string labels;  ///< values of the metric's own labels, each ended by a zero byte
  std::uint64_t value = 0;
};

struct Sample {
  // CPU time in nanoseconds since the container's cgroup began. A container of cgroup v1 has the time of each CPU, one
  // of v2 has only the total.
  Count cpu_total_ns, cpu_user_ns, cpu_system_ns;
  std::vector<std::uint64_t> cpu_each_ns;
  Count cfs_periods, cfs_throttled_periods, cfs_throttled_ns, cfs_burst_periods, cfs_burst_ns;

  // Bytes.
  Count memory_usage, memory_working_set, memory_rss, memory_cache, memory_mapped_file;
  Count memory_active_file, memory_inactive_file, memory_file_dirty, memory_file_writeback;
  Count memory_swap, memory_max_usage, memory_kernel;
  // Counts of events and pages.
  Count page_faults, major_page_faults, memory_failcnt, memory_events_high, memory_events_max;
  Count memory_pgscan, memory_pgsteal, refaults_file, refaults_anon;
  Count oom_events;  ///< over all runs of the container

  // Time in microseconds for which some (waiting) or all (stalled) tasks could not go on for want of a resource.
  Count cpu_waiting_us, cpu_stalled_us, memory_waiting_us, memory_stalled_us, io_waiting_us, io_stalled_us;

  Count threads;      ///< tasks of all processes
  Count threads_max;  ///< 0: unlimited
  Count processes;

  std::vector<DeviceCounters> devices;    ///< sorted by device, major and minor; no device twice
  std::vector<NetworkCounters> networks;  ///< sorted by interface, no interface twice
  std::vector<Detail> details;            ///< sorted by `what` and labels

  Health health = Health::none;
};

}  // namespace cspy::metrics
