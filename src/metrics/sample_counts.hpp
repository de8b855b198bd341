// The counts of a sample, as a table for whoever treats them all alike.
#pragma once

#include <array>

#include "metrics/sample.hpp"

namespace cspy::metrics {

inline constexpr std::array sample_counts{
    &Sample::cpu_total_ns,
    &Sample::cpu_user_ns,
    &Sample::cpu_system_ns,
    &Sample::cfs_periods,
    &Sample::cfs_throttled_periods,
    &Sample::cfs_throttled_ns,
    &Sample::cfs_burst_periods,
    &Sample::cfs_burst_ns,
    &Sample::memory_usage,
    &Sample::memory_working_set,
    &Sample::memory_rss,
    &Sample::memory_cache,
    &Sample::memory_mapped_file,
    &Sample::memory_active_file,
    &Sample::memory_inactive_file,
    &Sample::memory_file_dirty,
    &Sample::memory_file_writeback,
    &Sample::memory_swap,
    &Sample::memory_max_usage,
    &Sample::memory_kernel,
    &Sample::page_faults,
    &Sample::major_page_faults,
    &Sample::memory_failcnt,
    &Sample::memory_events_high,
    &Sample::memory_events_max,
    &Sample::memory_pgscan,
    &Sample::memory_pgsteal,
    &Sample::refaults_file,
    &Sample::refaults_anon,
    &Sample::oom_events,
    &Sample::cpu_waiting_us,
    &Sample::cpu_stalled_us,
    &Sample::memory_waiting_us,
    &Sample::memory_stalled_us,
    &Sample::io_waiting_us,
    &Sample::io_stalled_us,
    &Sample::threads,
    &Sample::threads_max,
    &Sample::processes,
};

}  // namespace cspy::metrics
