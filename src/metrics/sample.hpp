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
#define COUNT(number, member, ...) Count member{};
#include "metrics/network_counts.def"
};

/// What went to and from one block device. Only old kernels and the cgroup tree have most of it.
struct DeviceCounters {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::string device;  ///< "/dev/sda"; empty where this machine has no name for it
#define COUNT(number, member, ...) Count member{};
#include "metrics/device_counts.def"
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
#define COUNT(number, member, ...) Count member{};
#include "metrics/sample_counts.def"

  std::vector<std::uint64_t> cpu_each_ns;  ///< CPU time on each CPU; cgroup v2 has only the total
  std::vector<DeviceCounters> devices;     ///< sorted by device, major and minor; no device twice
  std::vector<NetworkCounters> networks;   ///< sorted by interface, no interface twice
  std::vector<Detail> details;             ///< sorted by `what` and labels

  Health health = Health::none;
};

}  // namespace cspy::metrics
