// The counts of what a record holds, and their fields: writing and reading walk the same tables.
#pragma once

#include <array>

#include "base/count.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"
#include "metrics/sample_counts.hpp"
#include "queue/record_fields.hpp"

namespace cspy::queue::record {

/// Does not compile where one of these has another number of members: who adds a member gives it a field in
/// record_fields.hpp and docs/queue-format.md, writes and reads it, and then counts it here.
inline void all_members_are_known(const metrics::Container& container, const metrics::Sample& sample,
                                  const metrics::DeviceCounters& device, const metrics::NetworkCounters& network,
                                  const metrics::Detail& detail) {
  [[maybe_unused]] const auto& [c1, c2, c3, c4, c5, limits, c6, c7, c8, c9, lifecycle] = container;
  [[maybe_unused]] const auto& [l1, l2, l3, l4, l5, l6, l7] = limits;
  [[maybe_unused]] const auto& [y1, y2, y3, y4, y5, y6, y7, y8] = lifecycle;
  [[maybe_unused]] const auto& [s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, s16, s17, s18, s19,
                                s20, s21, s22, s23, s24, s25, s26, s27, s28, s29, s30, s31, s32, s33, s34, s35, s36,
                                s37, s38, s39, s40, s41, s42, s43, s44] = sample;
  [[maybe_unused]] const auto& [d1, d2, d3, d4, d5, d6, d7, d8, d9, d10, d11, d12, d13, d14, d15, d16, d17, d18, d19,
                                d20, d21, d22, d23, d24] = device;
  [[maybe_unused]] const auto& [n1, n2, n3, n4, n5, n6, n7, n8, n9] = network;
  [[maybe_unused]] const auto& [t1, t2, t3] = detail;
}

template<class Field, class Owner>
struct CountField {
  Field field;
  Count Owner::* member;
};

inline constexpr std::array<CountField<Sample, metrics::Sample>, 39> sample_counts{{
    {Sample::cpu_total_ns, &metrics::Sample::cpu_total_ns},
    {Sample::cpu_user_ns, &metrics::Sample::cpu_user_ns},
    {Sample::cpu_system_ns, &metrics::Sample::cpu_system_ns},
    {Sample::cfs_periods, &metrics::Sample::cfs_periods},
    {Sample::cfs_throttled_periods, &metrics::Sample::cfs_throttled_periods},
    {Sample::cfs_throttled_ns, &metrics::Sample::cfs_throttled_ns},
    {Sample::memory_usage, &metrics::Sample::memory_usage},
    {Sample::memory_working_set, &metrics::Sample::memory_working_set},
    {Sample::memory_rss, &metrics::Sample::memory_rss},
    {Sample::memory_cache, &metrics::Sample::memory_cache},
    {Sample::memory_mapped_file, &metrics::Sample::memory_mapped_file},
    {Sample::page_faults, &metrics::Sample::page_faults},
    {Sample::major_page_faults, &metrics::Sample::major_page_faults},
    {Sample::threads, &metrics::Sample::threads},
    {Sample::threads_max, &metrics::Sample::threads_max},
    {Sample::cfs_burst_periods, &metrics::Sample::cfs_burst_periods},
    {Sample::cfs_burst_ns, &metrics::Sample::cfs_burst_ns},
    {Sample::memory_active_file, &metrics::Sample::memory_active_file},
    {Sample::memory_inactive_file, &metrics::Sample::memory_inactive_file},
    {Sample::memory_file_dirty, &metrics::Sample::memory_file_dirty},
    {Sample::memory_file_writeback, &metrics::Sample::memory_file_writeback},
    {Sample::memory_swap, &metrics::Sample::memory_swap},
    {Sample::memory_max_usage, &metrics::Sample::memory_max_usage},
    {Sample::memory_kernel, &metrics::Sample::memory_kernel},
    {Sample::memory_failcnt, &metrics::Sample::memory_failcnt},
    {Sample::memory_events_high, &metrics::Sample::memory_events_high},
    {Sample::memory_events_max, &metrics::Sample::memory_events_max},
    {Sample::memory_pgscan, &metrics::Sample::memory_pgscan},
    {Sample::memory_pgsteal, &metrics::Sample::memory_pgsteal},
    {Sample::refaults_file, &metrics::Sample::refaults_file},
    {Sample::refaults_anon, &metrics::Sample::refaults_anon},
    {Sample::oom_events, &metrics::Sample::oom_events},
    {Sample::cpu_waiting_us, &metrics::Sample::cpu_waiting_us},
    {Sample::cpu_stalled_us, &metrics::Sample::cpu_stalled_us},
    {Sample::memory_waiting_us, &metrics::Sample::memory_waiting_us},
    {Sample::memory_stalled_us, &metrics::Sample::memory_stalled_us},
    {Sample::io_waiting_us, &metrics::Sample::io_waiting_us},
    {Sample::io_stalled_us, &metrics::Sample::io_stalled_us},
    {Sample::processes, &metrics::Sample::processes},
}};

static_assert(sample_counts.size() == metrics::sample_counts.size());

inline constexpr std::array<CountField<Device, metrics::DeviceCounters>, 21> device_counts{{
    {Device::read_bytes, &metrics::DeviceCounters::read_bytes},
    {Device::write_bytes, &metrics::DeviceCounters::write_bytes},
    {Device::sync_bytes, &metrics::DeviceCounters::sync_bytes},
    {Device::async_bytes, &metrics::DeviceCounters::async_bytes},
    {Device::discard_bytes, &metrics::DeviceCounters::discard_bytes},
    {Device::total_bytes, &metrics::DeviceCounters::total_bytes},
    {Device::reads, &metrics::DeviceCounters::reads},
    {Device::writes, &metrics::DeviceCounters::writes},
    {Device::reads_merged, &metrics::DeviceCounters::reads_merged},
    {Device::writes_merged, &metrics::DeviceCounters::writes_merged},
    {Device::sectors_read, &metrics::DeviceCounters::sectors_read},
    {Device::sectors_written, &metrics::DeviceCounters::sectors_written},
    {Device::read_ns, &metrics::DeviceCounters::read_ns},
    {Device::write_ns, &metrics::DeviceCounters::write_ns},
    {Device::io_ns, &metrics::DeviceCounters::io_ns},
    {Device::weighted_ns, &metrics::DeviceCounters::weighted_ns},
    {Device::io_current, &metrics::DeviceCounters::io_current},
    {Device::cost_usage_us, &metrics::DeviceCounters::cost_usage_us},
    {Device::cost_wait_us, &metrics::DeviceCounters::cost_wait_us},
    {Device::cost_indebt_us, &metrics::DeviceCounters::cost_indebt_us},
    {Device::cost_indelay_us, &metrics::DeviceCounters::cost_indelay_us},
}};

inline constexpr std::array<CountField<Network, metrics::NetworkCounters>, 8> network_counts{{
    {Network::receive_bytes, &metrics::NetworkCounters::receive_bytes},
    {Network::receive_packets, &metrics::NetworkCounters::receive_packets},
    {Network::receive_errors, &metrics::NetworkCounters::receive_errors},
    {Network::receive_dropped, &metrics::NetworkCounters::receive_dropped},
    {Network::transmit_bytes, &metrics::NetworkCounters::transmit_bytes},
    {Network::transmit_packets, &metrics::NetworkCounters::transmit_packets},
    {Network::transmit_errors, &metrics::NetworkCounters::transmit_errors},
    {Network::transmit_dropped, &metrics::NetworkCounters::transmit_dropped},
}};

inline constexpr std::array<CountField<Container, metrics::Limits>, 6> limit_counts{{
    {Container::memory_bytes, &metrics::Limits::memory_bytes},
    {Container::cpu_period_us, &metrics::Limits::cpu_period_us},
    {Container::cpu_shares, &metrics::Limits::cpu_shares},
    {Container::memory_swap_bytes, &metrics::Limits::memory_swap_bytes},
    {Container::memory_reservation_bytes, &metrics::Limits::memory_reservation_bytes},
    {Container::open_files_soft, &metrics::Limits::open_files_soft},
}};

inline constexpr std::array<CountField<Container, metrics::Lifecycle>, 3> lifecycle_counts{{
    {Container::restart_count, &metrics::Lifecycle::restart_count},
    {Container::exit_code, &metrics::Lifecycle::exit_code},
    {Container::failing_streak, &metrics::Lifecycle::failing_streak},
}};

}  // namespace cspy::queue::record
