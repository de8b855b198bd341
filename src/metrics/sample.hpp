// What was read of one container in one round: plain values. A value that no source has is absent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/count.hpp"

namespace cspy::metrics {

/// The result of a container's health check, with the numbers cAdvisor exports for it.
enum class Health : std::int8_t { none = -1, not_healthy = 0, healthy = 1 };

/// Counters of one network interface in the container, since it was attached.
struct NetworkCounters {
  std::string interface;
#define COUNT(number, member, ...) Count member{};
#include "metrics/network_counts.def"
};

/// I/O of one block device. Most counters exist only on old kernels and in the cgroup tree.
struct DeviceCounters {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::string device;  ///< "/dev/sda"; empty if this machine has no name for it
#define COUNT(number, member, ...) Count member{};
#include "metrics/device_counts.def"
};

/// What a Detail is. Queue files contain the numbers, so new values go at the end.
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

/// A value that few samples have. A member for each would waste memory in every sample.
struct Detail {
  Tail what{};
  std::string labels;  ///< values of the metric's own labels, each with a zero byte after it
  std::uint64_t value = 0;
};

struct Sample {
#define COUNT(number, member, ...) Count member{};
#include "metrics/sample_counts.def"

  std::vector<std::uint64_t> cpu_each_ns;  ///< CPU time on each CPU; cgroup v2 has only the total
  std::vector<DeviceCounters> devices;     ///< sorted by device, major and minor, without duplicates
  std::vector<NetworkCounters> networks;   ///< sorted by interface, without duplicates
  std::vector<Detail> details;             ///< sorted by `what` and labels

  Health health = Health::none;
};

}  // namespace cspy::metrics
