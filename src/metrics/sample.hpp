// What was read of one container in one round: plain values, absent where the engine gives none.
#pragma once

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

/// Bytes moved to and from one block device.
struct DeviceCounters {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::string device;  ///< "/dev/sda"; empty where the machine's own names cannot be read
  Count read_bytes, write_bytes;
};

struct Sample {
  // CPU time in nanoseconds since the container's cgroup began. A container of cgroup v1 has the time of each CPU, one
  // of v2 has only the total.
  Count cpu_total_ns, cpu_user_ns, cpu_system_ns;
  std::vector<std::uint64_t> cpu_each_ns;
  Count cfs_periods, cfs_throttled_periods, cfs_throttled_ns;

  // Bytes, but for the two counts of page faults.
  Count memory_usage, memory_working_set, memory_rss, memory_cache, memory_mapped_file;
  Count page_faults, major_page_faults;

  Count threads;      ///< tasks of all processes
  Count threads_max;  ///< 0: unlimited

  std::vector<DeviceCounters> devices;    ///< sorted by device, no device twice
  std::vector<NetworkCounters> networks;  ///< sorted by interface, no interface twice

  Health health = Health::none;
};

}  // namespace cspy::metrics
