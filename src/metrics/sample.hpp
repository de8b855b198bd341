// What was read of one container in one round: plain values. A value that no source has is absent.
// A value that a source has but could not be read is missed, which is something else.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/count.hpp"
#include "base/time.hpp"

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
  self_build,
  self_rounds,
  self_rounds_skipped,
  self_readings,
  self_reading_time,
  self_last_reading_time,
  self_engine_requests,
  self_engine_request_time,
  self_engine_connections,
  self_containers,
  self_events,
  self_export_requests,
  self_export_rounds,
  self_export_points,
  self_export_bytes,
  self_export_last_success,
  self_queue_rounds,
  self_queue_bytes,
  self_queue_limit,
  self_queue_age,
  self_log_lines_lost,
};
inline constexpr std::size_t tail_count = static_cast<std::size_t>(Tail::self_log_lines_lost) + 1;
static_assert(tail_count <= 64, "SampleParts::details has a bit for each");

/// A value that few samples have. A member for each would waste memory in every sample.
struct Detail {
  Tail what{};
  std::string labels;  ///< values of the metric's own labels, each with a zero byte after it
  std::uint64_t value = 0;
};

struct Sample;

/// Some parts of a sample: those that somebody wants, or those that could not be read.
struct SampleParts {
  std::uint64_t counts = 0;   ///< bit i: row i of sample_counts
  std::uint64_t details = 0;  ///< bit i: the Tail with the number i
  bool cpus = false;          ///< Sample::cpu_each_ns
  bool devices = false;
  bool networks = false;

  [[nodiscard]] constexpr bool has(Count Sample::* count) const;  // in metrics/sample_parts.hpp
  [[nodiscard]] constexpr bool has(Tail detail) const { return (details >> static_cast<unsigned>(detail) & 1U) != 0; }
  /// Whether at least one of the details is among them.
  [[nodiscard]] constexpr bool has_any(std::initializer_list<Tail> some) const {
    return std::ranges::any_of(some, [this](Tail detail) { return has(detail); });
  }
  /// Whether at least one part is in both.
  [[nodiscard]] constexpr bool overlaps(const SampleParts& other) const {
    return (counts & other.counts) != 0 || (details & other.details) != 0 || (cpus && other.cpus) ||
           (devices && other.devices) || (networks && other.networks);
  }

  constexpr SampleParts& operator|=(const SampleParts& other) {
    counts |= other.counts;
    details |= other.details;
    cpus |= other.cpus;
    devices |= other.devices;
    networks |= other.networks;
    return *this;
  }
  bool operator==(const SampleParts&) const = default;
};

struct Sample {
#define COUNT(number, member, ...) Count member{};
#include "metrics/sample_counts.def"

  std::vector<std::uint64_t> cpu_each_ns;  ///< CPU time on each CPU; cgroup v2 has only the total
  std::vector<DeviceCounters> devices;     ///< sorted by device, major and minor, without duplicates
  std::vector<NetworkCounters> networks;   ///< sorted by interface, without duplicates
  std::vector<Detail> details;             ///< sorted by `what` and labels

  Health health = Health::none;

  /// What could not be read this time, although the run has it. These parts keep the values of the reading before
  /// (metrics/missed): their series are not sent, and do not end.
  SampleParts missed;

  // Since when counters count that are older or younger than the run: metrics/beginning.
  UnixNanos booted = 0;          ///< start of the machine that the container runs on; 0: not known
  UnixNanos agent_begun = 0;     ///< start of the agent that counted; 0: not known
  bool kills_by_kernel = false;  ///< `oom_events` is the kernel's count of this run, and nothing else
};

}  // namespace cspy::metrics
