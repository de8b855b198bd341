#include "metrics/catalogue.hpp"

#include <algorithm>
#include <cstddef>

#include "metrics/accessors.hpp"
#include "metrics/catalogue_rules.hpp"
#include "metrics/row_origins.hpp"

namespace cspy::metrics {
namespace {

using namespace accessors;  // NOLINT(google-build-using-namespace): made for this table

// The metric's own labels, which come after the labels of the container.
constexpr LabelKeys none{};
constexpr LabelKeys by_cpu{"cpu"};
constexpr LabelKeys by_state{"state"};
constexpr LabelKeys by_device{"device"};
constexpr LabelKeys by_device_operation{"device", "major", "minor", "operation"};
constexpr LabelKeys by_interface{"interface"};
constexpr LabelKeys by_page_size{"pagesize"};
constexpr LabelKeys by_numa_node{"type", "scope", "node"};
constexpr LabelKeys by_fault{"failure_type", "scope"};
constexpr LabelKeys by_ulimit{"ulimit"};
constexpr LabelKeys by_type{"type"};
constexpr LabelKeys by_own_version{"version"};
constexpr LabelKeys by_outcome{"outcome"};
constexpr LabelKeys by_kind{"kind"};
constexpr LabelKeys by_kind_and_outcome{"kind", "outcome"};
constexpr LabelKeys by_image{"image_id", "image_digest"};
constexpr LabelKeys by_tcp_state{"tcp_state"};
constexpr LabelKeys by_udp_state{"udp_state"};
constexpr LabelKeys by_mode{"mode"};
constexpr LabelKeys by_version{"cadvisorRevision", "cadvisorVersion", "dockerVersion", "kernelVersion", "osVersion"};
constexpr LabelKeys by_engine{"product",       "version",        "api_version", "storage_driver",
                              "cgroup_driver", "cgroup_version", "rootless"};

namespace o = row_origins;
using S = Sample;
using D = DeviceCounters;
using T = Tail;
using N = NetworkCounters;
using G = Group;
using C = Condition;
using enum Kind;

/// A metric that cAdvisor does not have.
constexpr Metric ours(Stability stability, Metric metric) {
  metric.stability = stability;
  return metric;
}
constexpr auto stable = Stability::stable;
constexpr auto experimental = Stability::experimental;

// clang-format off
constexpr std::array table{
  // name, kind, unit, group, origin, labels, accessor, help; then the condition and the start if they are not the
  // default
  Metric{"container_last_seen", gauge, "", G::general, o::known, none, last_seen,
         "Time of the last round that read the container, in seconds since 1970"},
  Metric{"container_creation_time_seconds", gauge, "s", G::general, o::known, none, instant<&Container::created>,
         "Creation time of the container, in seconds since 1970", C::always, Since::start, true},
  Metric{"container_start_time_seconds", gauge, "s", G::general, o::known, none, start_time,
         "Start of the current run, or of the last run of a stopped container, in seconds since 1970", C::always, Since::start, true},
  Metric{"container_health_state", gauge, "", G::general, o::known, none, health_state,
         "Result of the health check: 1 healthy, 0 starting or unhealthy, -1 no health check"},

  Metric{"container_cpu_usage_seconds_total", counter, "s", G::cpu, o::stats, by_cpu, cpu_usage,
         "CPU time used: in total on cgroup v2, per CPU on cgroup v1"},
  Metric{"container_cpu_user_seconds_total", counter, "s", G::cpu, o::stats, none, nanoseconds<&S::cpu_user_ns>,
         "CPU time used in user mode"},
  Metric{"container_cpu_system_seconds_total", counter, "s", G::cpu, o::stats, none, nanoseconds<&S::cpu_system_ns>,
         "CPU time used in kernel mode"},
  Metric{"container_cpu_cfs_periods_total", counter, "", G::cpu, o::stats_on_docker, none, count<&S::cfs_periods>,
         "Elapsed enforcement periods of the CPU quota", C::cpu_quota},
  Metric{"container_cpu_cfs_throttled_periods_total", counter, "", G::cpu, o::stats_on_docker, none, count<&S::cfs_throttled_periods>,
         "Enforcement periods in which the container was throttled", C::cpu_quota},
  Metric{"container_cpu_cfs_throttled_seconds_total", counter, "s", G::cpu, o::stats_on_docker, none, nanoseconds<&S::cfs_throttled_ns>,
         "Time for which the container was throttled", C::cpu_quota},
  Metric{"container_cpu_cfs_burst_periods_total", counter, "", G::cpu, o::tree_v2_zero_v1, none, count<&S::cfs_burst_periods>,
         "Enforcement periods in which the container used more than its quota (burst)", C::cpu_quota},
  Metric{"container_cpu_cfs_burst_seconds_total", counter, "s", G::cpu, o::tree_v2_zero_v1, none, nanoseconds<&S::cfs_burst_ns>,
         "CPU time used above the quota (burst)", C::cpu_quota},
  Metric{"container_cpu_load_average_10s", gauge, "", G::cpu_load, o::zero_on_linux, none, zero,
         "Always 0, as in cAdvisor without its load reader"},
  Metric{"container_cpu_load_d_average_10s", gauge, "", G::cpu_load, o::zero_on_linux, none, zero,
         "Always 0, as in cAdvisor without its load reader"},
  Metric{"container_tasks_state", gauge, "", G::cpu_load, o::zero_on_linux, by_state, task_states,
         "Always 0, as in cAdvisor without its load reader"},

  Metric{"container_cpu_schedstat_run_seconds_total", counter, "s", G::sched, o::sched, none, tail<T::schedstat_run_ns, Scale::nanoseconds>,
         "Time on a CPU, as the scheduler counts it", C::always, Since::agent},
  Metric{"container_cpu_schedstat_runqueue_seconds_total", counter, "s", G::sched, o::sched, none, tail<T::schedstat_runqueue_ns, Scale::nanoseconds>,
         "Time for which runnable processes waited for a CPU", C::always, Since::agent},
  Metric{"container_cpu_schedstat_run_periods_total", counter, "", G::sched, o::sched, none, tail<T::schedstat_periods>,
         "Number of times a process got a CPU", C::always, Since::agent},

  Metric{"container_memory_usage_bytes", gauge, "By", G::memory, o::memory_usage, none, count<&S::memory_usage>,
         "Memory in use, including the page cache"},
  Metric{"container_memory_working_set_bytes", gauge, "By", G::memory, o::stats.with("Windows: the private working set"), none, count<&S::memory_working_set>,
         "Memory in use without the inactive file cache"},
  Metric{"container_memory_rss", gauge, "", G::memory, o::stats_on_docker, none, count<&S::memory_rss>,
         "Anonymous memory, in bytes"},
  Metric{"container_memory_cache", gauge, "", G::memory, o::stats_on_docker, none, count<&S::memory_cache>,
         "Page cache, in bytes"},
  Metric{"container_memory_mapped_file", gauge, "", G::memory, o::stats_on_docker, none, count<&S::memory_mapped_file>,
         "Memory-mapped files, in bytes"},
  Metric{"container_memory_total_active_file_bytes", gauge, "By", G::memory, o::stats_on_docker, none, count<&S::memory_active_file>,
         "Active page cache"},
  Metric{"container_memory_total_inactive_file_bytes", gauge, "By", G::memory, o::stats_on_docker, none, count<&S::memory_inactive_file>,
         "Inactive page cache"},
  Metric{"container_memory_file_dirty_bytes", gauge, "By", G::memory, o::stats_v2_zero_v1, none, count<&S::memory_file_dirty>,
         "Page cache that is waiting to be written to disk"},
  Metric{"container_memory_file_writeback_bytes", gauge, "By", G::memory, o::stats_v2_zero_v1, none, count<&S::memory_file_writeback>,
         "Page cache that is being written to disk"},
  Metric{"container_memory_max_usage_bytes", gauge, "By", G::memory, o::peak.with("cgroup v2: kernels before 5.19 do not tell, and cAdvisor shows 0"), none, count<&S::memory_max_usage>,
         "Peak of the memory in use"},
  Metric{"container_memory_swap", gauge, "", G::memory, o::tree, none, count<&S::memory_swap>,
         "Swap in use, in bytes"},
  Metric{"container_memory_kernel_usage", gauge, "", G::memory, o::tree_v1_zero_v2, none, count<&S::memory_kernel>,
         "Kernel memory, in bytes; on cgroup v2 always 0, as in cAdvisor"},
  Metric{"container_memory_failcnt", gauge, "", G::memory, o::stats_v1_zero_v2, none, count<&S::memory_failcnt>,
         "Number of times memory usage hit the limit; on cgroup v2 always 0, as in cAdvisor"},
  Metric{"container_memory_failures_total", counter, "", G::memory, o::stats_on_docker, by_fault, page_faults,
         "Page faults (pgfault), and major page faults that read from disk (pgmajfault)"},
  Metric{"container_memory_events_high_total", counter, "", G::memory, o::tree_v2_zero_v1, none, count<&S::memory_events_high>,
         "Number of times the container was throttled for exceeding memory.high"},
  Metric{"container_memory_events_max_total", counter, "", G::memory, o::tree_v2_zero_v1, none, count<&S::memory_events_max>,
         "Number of times memory usage was about to exceed the limit"},
  Metric{"container_memory_pgscan_total", counter, "", G::memory, o::stats_v2_zero_v1, none, count<&S::memory_pgscan>,
         "Pages scanned for reclaim"},
  Metric{"container_memory_pgsteal_total", counter, "", G::memory, o::stats_v2_zero_v1, none, count<&S::memory_pgsteal>,
         "Pages reclaimed"},
  Metric{"container_memory_workingset_refault_file_total", counter, "", G::memory, o::refaults, none, count<&S::refaults_file>,
         "File pages that were needed again soon after they were reclaimed"},
  Metric{"container_memory_workingset_refault_anon_total", counter, "", G::memory, o::refaults, none, count<&S::refaults_anon>,
         "Anonymous pages that were needed again soon after they were reclaimed"},
  Metric{"container_memory_numa_pages", gauge, "", G::memory_numa, o::tree_v1_only, by_numa_node, tail<Tail::memory_numa_pages>,
         "Memory pages per NUMA node, for the container alone and with its child cgroups"},
  Metric{"container_memory_migrate", gauge, "", G::memory_numa, o::memory_migrate, none, tail<Tail::memory_migrate>,
         "1 if pages migrate when the container's NUMA nodes change; on cgroup v2 always 0, as in cAdvisor"},
  Metric{"container_hugetlb_usage_bytes", gauge, "By", G::hugetlb, o::tree, by_page_size, tail<Tail::hugetlb_usage>,
         "Huge pages in use or reserved, in bytes"},
  Metric{"container_hugetlb_max_usage_bytes", gauge, "By", G::hugetlb, o::hugetlb_peak, by_page_size, tail<Tail::hugetlb_max_usage>,
         "Peak of the huge pages in use or reserved; on cgroup v2 always 0, as in cAdvisor"},
  Metric{"container_hugetlb_failcnt", gauge, "", G::hugetlb, o::tree, by_page_size, tail<Tail::hugetlb_failcnt>,
         "Number of times huge page usage hit the limit"},
  Metric{"container_pressure_cpu_waiting_seconds_total", counter, "s", G::pressure, o::tree_v2_zero_v1, none, microseconds<&S::cpu_waiting_us>,
         "Time for which at least one task waited for the CPU"},
  Metric{"container_pressure_cpu_stalled_seconds_total", counter, "s", G::pressure, o::tree_v2_zero_v1, none, microseconds<&S::cpu_stalled_us>,
         "Time for which all tasks waited for the CPU"},
  Metric{"container_pressure_memory_waiting_seconds_total", counter, "s", G::pressure, o::tree_v2_zero_v1, none, microseconds<&S::memory_waiting_us>,
         "Time for which at least one task waited for memory"},
  Metric{"container_pressure_memory_stalled_seconds_total", counter, "s", G::pressure, o::tree_v2_zero_v1, none, microseconds<&S::memory_stalled_us>,
         "Time for which all tasks waited for memory"},
  Metric{"container_pressure_io_waiting_seconds_total", counter, "s", G::pressure, o::tree_v2_zero_v1, none, microseconds<&S::io_waiting_us>,
         "Time for which at least one task waited for I/O"},
  Metric{"container_pressure_io_stalled_seconds_total", counter, "s", G::pressure, o::tree_v2_zero_v1, none, microseconds<&S::io_stalled_us>,
         "Time for which all tasks waited for I/O"},
  Metric{"container_oom_events_total", counter, "", G::oom_event, o::oom, none, count<&S::oom_events>,
         "Processes that the kernel killed because memory ran out (OOM kills)", C::always, Since::creation},

  Metric{"container_fs_reads_bytes_total", counter, "By", G::disk_io, o::stats, by_device, per_device<&D::read_bytes>,
         "Bytes read from the block device"},
  Metric{"container_fs_writes_bytes_total", counter, "By", G::disk_io, o::stats, by_device, per_device<&D::write_bytes>,
         "Bytes written to the block device"},
  Metric{"container_fs_reads_total", counter, "", G::disk_io, o::stats_v1_tree_v2, by_device, per_device<&D::reads>,
         "Read operations on the block device"},
  Metric{"container_fs_writes_total", counter, "", G::disk_io, o::stats_v1_tree_v2, by_device, per_device<&D::writes>,
         "Write operations on the block device"},
  Metric{"container_fs_reads_merged_total", counter, "", G::disk_io, o::whole_device, by_device, per_device<&D::reads_merged>,
         "Read operations that were merged with another", C::always, Since::before},
  Metric{"container_fs_writes_merged_total", counter, "", G::disk_io, o::whole_device, by_device, per_device<&D::writes_merged>,
         "Write operations that were merged with another", C::always, Since::before},
  Metric{"container_fs_sector_reads_total", counter, "", G::disk_io, o::whole_device, by_device, per_device<&D::sectors_read>,
         "Sectors read", C::always, Since::before},
  Metric{"container_fs_sector_writes_total", counter, "", G::disk_io, o::whole_device, by_device, per_device<&D::sectors_written>,
         "Sectors written", C::always, Since::before},
  Metric{"container_fs_read_seconds_total", counter, "s", G::disk_io, o::whole_device, by_device, per_device<&D::read_ns, Scale::nanoseconds>,
         "Time spent on read operations", C::always, Since::before},
  Metric{"container_fs_write_seconds_total", counter, "s", G::disk_io, o::whole_device, by_device, per_device<&D::write_ns, Scale::nanoseconds>,
         "Time spent on write operations", C::always, Since::before},
  Metric{"container_fs_io_time_seconds_total", counter, "s", G::disk_io, o::whole_device, by_device, per_device<&D::io_ns, Scale::nanoseconds>,
         "Time with I/O in progress", C::always, Since::before},
  Metric{"container_fs_io_time_weighted_seconds_total", counter, "s", G::disk_io, o::whole_device_only, by_device, per_device<&D::weighted_ns, Scale::nanoseconds>,
         "Time with I/O in progress, weighted by the number of operations in progress", C::always, Since::before},
  Metric{"container_fs_io_current", gauge, "", G::disk_io, o::whole_device, by_device, per_device<&D::io_current>,
         "I/O operations in progress"},
  Metric{"container_fs_io_cost_usage_seconds_total", counter, "s", G::disk_io, o::io_cost, by_device, per_device<&D::cost_usage_us, Scale::microseconds>,
         "Device time that the container's I/O cost"},
  Metric{"container_fs_io_cost_wait_seconds_total", counter, "s", G::disk_io, o::io_cost, by_device, per_device<&D::cost_wait_us, Scale::microseconds>,
         "Time for which I/O waited for its share of the device"},
  Metric{"container_fs_io_cost_indebt_seconds_total", counter, "s", G::disk_io, o::io_cost, by_device, per_device<&D::cost_indebt_us, Scale::microseconds>,
         "Time for which the container was over its share of the device"},
  Metric{"container_fs_io_cost_indelay_seconds_total", counter, "s", G::disk_io, o::io_cost, by_device, per_device<&D::cost_indelay_us, Scale::microseconds>,
         "Time for which the container was delayed because it was over its share of the device"},
  Metric{"container_blkio_device_usage_total", counter, "", G::disk_io, o::blkio, by_device_operation, device_usage,
         "Bytes per device and operation"},
  Metric{"container_fs_usage_bytes", gauge, "By", G::disk, o::layer_size, by_device, tail<Tail::fs_usage_bytes>,
         "Size of the container's writable layer: what it has written on top of its image"},
  Metric{"container_fs_limit_bytes", gauge, "By", G::disk, o::host, by_device, tail<Tail::fs_limit_bytes>,
         "Size of the filesystem that holds the container's layer"},
  Metric{"container_fs_inodes_free", gauge, "", G::disk, o::layer_inodes, by_device, tail<Tail::fs_inodes_free>,
         "Always 0, as in cAdvisor"},

  Metric{"container_network_receive_bytes_total", counter, "By", G::network, o::stats_or_proc, by_interface, per_interface<&N::receive_bytes>,
         "Bytes received"},
  Metric{"container_network_receive_packets_total", counter, "", G::network, o::stats_or_proc, by_interface, per_interface<&N::receive_packets>,
         "Packets received"},
  Metric{"container_network_receive_packets_dropped_total", counter, "", G::network, o::stats_or_proc, by_interface, per_interface<&N::receive_dropped>,
         "Received packets that were dropped"},
  Metric{"container_network_receive_errors_total", counter, "", G::network, o::network_errors, by_interface, per_interface<&N::receive_errors>,
         "Receive errors"},
  Metric{"container_network_transmit_bytes_total", counter, "By", G::network, o::stats_or_proc, by_interface, per_interface<&N::transmit_bytes>,
         "Bytes sent"},
  Metric{"container_network_transmit_packets_total", counter, "", G::network, o::stats_or_proc, by_interface, per_interface<&N::transmit_packets>,
         "Packets sent"},
  Metric{"container_network_transmit_packets_dropped_total", counter, "", G::network, o::stats_or_proc, by_interface, per_interface<&N::transmit_dropped>,
         "Outgoing packets that were dropped"},
  Metric{"container_network_transmit_errors_total", counter, "", G::network, o::network_errors, by_interface, per_interface<&N::transmit_errors>,
         "Send errors"},

  Metric{"container_network_tcp_usage_total", gauge, "", G::tcp, o::proc, by_tcp_state, tail<T::tcp_usage>,
         "TCP sockets over IPv4, by state"},
  Metric{"container_network_tcp6_usage_total", gauge, "", G::tcp, o::proc, by_tcp_state, tail<T::tcp6_usage>,
         "TCP sockets over IPv6, by state"},
  Metric{"container_network_udp_usage_total", gauge, "", G::udp, o::queues, by_udp_state, tail<T::udp_usage>,
         "UDP sockets over IPv4: their number, bytes in their queues, dropped packets"},
  Metric{"container_network_udp6_usage_total", gauge, "", G::udp, o::queues, by_udp_state, tail<T::udp6_usage>,
         "UDP sockets over IPv6: their number, bytes in their queues, dropped packets"},
  Metric{"container_network_advance_tcp_stats_total", gauge, "", G::advtcp, o::tcp_counters, by_tcp_state, tail<T::advanced_tcp, Scale::bits>,
         "Counters of the TCP stack in the container's network"},

  Metric{"container_threads", gauge, "", G::process, o::stats_on_linux, none, count<&S::threads>,
         "Threads of all processes in the container"},
  Metric{"container_threads_max", gauge, "", G::process, o::threads_max, none, count<&S::threads_max>,
         "Limit of threads; 0: unlimited"},
  Metric{"container_processes", gauge, "", G::process, o::tree, none, count<&S::processes>,
         "Processes in the container's cgroup"},
  ours(experimental, Metric{"container_pids_failcnt_total", counter, "", G::process, o::tree, none, count<&S::pids_failcnt>,
         "Number of times a fork failed because of the container's limit of threads"}),
  Metric{"container_ulimits_soft", gauge, "", G::process, o::ulimits, by_ulimit, open_files_limit,
         "Soft limit of open files; -1: unlimited"},
  Metric{"container_file_descriptors", gauge, "", G::descriptors, o::descriptors, none, tail<T::file_descriptors>,
         "Open files of all processes in the container"},
  Metric{"container_sockets", gauge, "", G::descriptors, o::descriptors, none, tail<T::sockets>,
         "Open sockets of all processes in the container"},

  Metric{"container_spec_cpu_period", gauge, "", G::spec, o::known_on_linux, none, limit<&Limits::cpu_period_us>,
         "Enforcement period of the CPU quota, in microseconds"},
  Metric{"container_spec_cpu_quota", gauge, "", G::spec, o::known_on_linux, none, cpu_quota,
         "CPU time that the container may use per period, in microseconds", C::cpu_quota},
  Metric{"container_spec_cpu_shares", gauge, "", G::spec, o::shares, none, limit<&Limits::cpu_shares>,
         "CPU shares under contention, on the scale of cgroup v1"},
  Metric{"container_spec_memory_limit_bytes", gauge, "By", G::spec, o::known_on_linux, none, limit<&Limits::memory_bytes>,
         "Memory limit; 0: unlimited"},
  Metric{"container_spec_memory_swap_limit_bytes", gauge, "By", G::spec, o::known_on_linux, none, limit<&Limits::memory_swap_bytes>,
         "Swap limit; 0: unlimited; on cgroup v1 the limit of memory and swap together"},
  Metric{"container_spec_memory_reservation_limit_bytes", gauge, "By", G::spec, o::known_on_linux, none, limit<&Limits::memory_reservation_bytes>,
         "Memory reserved for the container under contention; on cgroup v2 always 0, as in cAdvisor"},

  ours(stable, Metric{"container_state", gauge, "", G::lifecycle, o::known, by_state, state,
         "1 for the container's current state, 0 for every other state"}),
  ours(stable, Metric{"container_restart_count", gauge, "", G::lifecycle, o::known, none, lifecycle<&Lifecycle::restart_count>,
         "Restarts by the engine since the container was last started by hand"}),
  ours(stable, Metric{"container_exit_code", gauge, "", G::lifecycle, o::known, none, lifecycle<&Lifecycle::exit_code>,
         "Exit code of the last run of a stopped container"}),
  ours(stable, Metric{"container_oom_killed", gauge, "", G::lifecycle, o::known, none, oom_killed,
         "1 if the kernel killed a process of the current run, or of the last run, because memory ran out"}),
  ours(stable, Metric{"container_finish_time_seconds", gauge, "s", G::lifecycle, o::known, none, finish_time,
         "End of the last run, in seconds since 1970"}),
  ours(stable, Metric{"container_health_failing_streak", gauge, "", G::lifecycle, o::known, none, lifecycle<&Lifecycle::failing_streak>,
         "Consecutive failed health checks"}),
  ours(stable, Metric{"container_image_info", gauge, "", G::lifecycle, o::known, by_image, image_info,
         "Always 1; the labels name the image that the container was created from"}),

  Metric{"machine_cpu_cores", gauge, "", G::machine, o::host, none, tail<T::machine_cpu_cores>,
         "Logical CPUs (hardware threads)"},
  Metric{"machine_cpu_physical_cores", gauge, "", G::machine, o::host, none, tail<T::machine_cpu_physical_cores>,
         "Physical cores; cores with the same number in several sockets count once, as in cAdvisor"},
  Metric{"machine_cpu_sockets", gauge, "", G::machine, o::host, none, tail<T::machine_cpu_sockets>,
         "CPU sockets"},
  Metric{"machine_cpu_books", gauge, "", G::machine, o::host_zero, none, zero,
         "Always 0, as in cAdvisor everywhere but on mainframes"},
  Metric{"machine_cpu_drawers", gauge, "", G::machine, o::host_zero, none, zero,
         "Always 0, as in cAdvisor everywhere but on mainframes"},
  Metric{"machine_memory_bytes", gauge, "By", G::machine, o::host, none, tail<T::machine_memory_bytes>,
         "Memory of the machine"},
  Metric{"machine_swap_bytes", gauge, "By", G::machine, o::host, none, tail<T::machine_swap_bytes>,
         "Swap space of the machine"},
  Metric{"machine_nvm_capacity", gauge, "", G::machine, o::host_zero, by_mode, persistent_memory,
         "Always 0, as in cAdvisor's official builds"},
  Metric{"machine_nvm_avg_power_budget_watts", gauge, "", G::machine, o::host_zero, none, zero,
         "Always 0, as in cAdvisor's official builds"},

  Metric{"cadvisor_version_info", gauge, "", G::engine, o::known, by_version, tail<T::version_info>,
         "Always 1; the labels have the versions of the kernel, the operating system, the engine and ContainerSpy"},
  Metric{"container_scrape_error", gauge, "", G::engine, o::known, none, tail<T::scrape_error>,
         "1 if containers could not be read in this round, else 0"},
  Metric{"machine_scrape_error", gauge, "", G::engine, o::known, none, tail<T::machine_scrape_error>,
         "1 if the machine could not be read in this round, else 0"},
  ours(stable, Metric{"containerspy_engine_info", gauge, "", G::engine, o::known, by_engine, tail<T::engine_info>,
         "Always 1; the labels describe the engine"}),
  ours(experimental, Metric{"containerspy_engine_disk_usage_bytes", gauge, "By", G::engine_disk, o::engine_sizes, by_type, tail<Tail::engine_disk_usage_bytes>,
         "Disk space used by all images, containers, volumes or build cache records"}),
  ours(experimental, Metric{"containerspy_engine_disk_reclaimable_bytes", gauge, "By", G::engine_disk, o::engine_sizes, by_type, tail<Tail::engine_disk_reclaimable_bytes>,
         "Disk space that removing all unused objects of the type would free"}),
  ours(experimental, Metric{"containerspy_engine_disk_objects", gauge, "", G::engine_disk, o::engine_sizes, by_type, tail<Tail::engine_disk_objects>,
         "Number of objects of the type"}),

  ours(experimental, Metric{"containerspy_build_info", gauge, "", G::self, o::known, by_own_version, tail<T::self_build>,
         "Always 1; the label has the version of ContainerSpy"}),
  ours(experimental, Metric{"containerspy_rounds_total", counter, "", G::self, o::known, none, tail<T::self_rounds>,
         "Rounds read and queued for delivery"}),
  ours(experimental, Metric{"containerspy_rounds_skipped_total", counter, "", G::self, o::known, none, tail<T::self_rounds_skipped>,
         "Rounds left out because the one before took longer than the interval"}),
  ours(experimental, Metric{"containerspy_readings_total", counter, "", G::self, o::known, none, tail<T::self_readings>,
         "Readings of all containers, for rounds and for scrapes"}),
  ours(experimental, Metric{"containerspy_reading_seconds_total", counter, "s", G::self, o::known, none, tail<T::self_reading_time, Scale::nanoseconds>,
         "Time that all readings took"}),
  ours(experimental, Metric{"containerspy_last_reading_duration_seconds", gauge, "s", G::self, o::known, none, tail<T::self_last_reading_time, Scale::nanoseconds>,
         "Time that the last reading took"}),
  ours(experimental, Metric{"containerspy_engine_requests_total", counter, "", G::self, o::known, by_kind_and_outcome, tail<T::self_engine_requests>,
         "Requests to the engine that have ended"}),
  ours(experimental, Metric{"containerspy_engine_request_seconds_total", counter, "s", G::self, o::known, by_kind, tail<T::self_engine_request_time, Scale::nanoseconds>,
         "Time from sending requests to the engine to the end of its answers"}),
  ours(experimental, Metric{"containerspy_engine_connections_total", counter, "", G::self, o::known, none, tail<T::self_engine_connections>,
         "Times that the engine was found, at the start or after an outage"}),
  ours(experimental, Metric{"containerspy_containers", gauge, "", G::self, o::known, by_state, tail<T::self_containers>,
         "Number of containers: known, and read or failed in the last reading"}),
  ours(experimental, Metric{"containerspy_events_total", counter, "", G::self, o::known, by_outcome, tail<T::self_events>,
         "Events of the engine, read or unreadable"}),
  ours(experimental, Metric{"containerspy_export_requests_total", counter, "", G::self, o::known, by_outcome, tail<T::self_export_requests>,
         "Requests to the receiver, by the meaning of its answer"}),
  ours(experimental, Metric{"containerspy_export_rounds_total", counter, "", G::self, o::known, by_outcome, tail<T::self_export_rounds>,
         "Rounds delivered or lost"}),
  ours(experimental, Metric{"containerspy_export_points_total", counter, "", G::self, o::known, by_outcome, tail<T::self_export_points>,
         "Points delivered, lost, or rejected by the receiver"}),
  ours(experimental, Metric{"containerspy_export_bytes_total", counter, "By", G::self, o::known, none, tail<T::self_export_bytes>,
         "Bytes of requests to the receiver, after compression"}),
  ours(experimental, Metric{"containerspy_export_last_success_timestamp_seconds", gauge, "s", G::self, o::known, none, tail<T::self_export_last_success, Scale::nanoseconds>,
         "Time at which the receiver last accepted a request"}),
  ours(experimental, Metric{"containerspy_queue_rounds", gauge, "", G::self, o::known, none, tail<T::self_queue_rounds>,
         "Rounds that wait to be delivered"}),
  ours(experimental, Metric{"containerspy_queue_size_bytes", gauge, "By", G::self, o::known, none, tail<T::self_queue_bytes>,
         "Memory of the waiting rounds"}),
  ours(experimental, Metric{"containerspy_queue_limit_bytes", gauge, "By", G::self, o::known, none, tail<T::self_queue_limit>,
         "Limit for the memory of the waiting rounds: queue_limit"}),
  ours(experimental, Metric{"containerspy_queue_oldest_age_seconds", gauge, "s", G::self, o::known, none, tail<T::self_queue_age, Scale::nanoseconds>,
         "Age of the oldest waiting round"}),
  ours(experimental, Metric{"containerspy_log_lines_dropped_total", counter, "", G::self, o::known, none, tail<T::self_log_lines_lost>,
         "Log lines that could not be written at once"}),

};
// clang-format on

static_assert(rules::names_are_unique(table));
static_assert(std::ranges::all_of(table, rules::holds));

}  // namespace

std::span<const Metric> catalogue() {
  return table;
}

std::string_view describe(Stability stability) {
  switch (stability) {
    case Stability::cadvisor: return "cAdvisor's";
    case Stability::stable: return "stable";
    case Stability::experimental: return "experimental";
  }
  return "";
}

std::string_view describe(Condition condition) {
  switch (condition) {
    case Condition::always: return "";
    case Condition::cpu_quota: return "the container has a CPU quota";
  }
  return "";
}

}  // namespace cspy::metrics
