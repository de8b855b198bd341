// The counts of what a record holds, and their fields: writing and reading walk the same tables.
#pragma once

#include <array>

#include "base/count.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"
#include "otlp/record_fields.hpp"

namespace cspy::otlp::record {

/// Does not compile where one of these has another number of members: who adds a member gives it a field in
/// record_fields.hpp and docs/queue-format.md, writes and reads it, and then counts it here.
inline void all_members_are_known(const metrics::Container& container, const metrics::Sample& sample,
                                  const metrics::DeviceCounters& device, const metrics::NetworkCounters& network) {
  [[maybe_unused]] const auto& [c1, c2, c3, c4, c5, limits] = container;
  [[maybe_unused]] const auto& [l1, l2, l3, l4] = limits;
  [[maybe_unused]] const auto& [s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, s16, s17, s18, s19] =
      sample;
  [[maybe_unused]] const auto& [d1, d2, d3, d4, d5] = device;
  [[maybe_unused]] const auto& [n1, n2, n3, n4, n5, n6, n7, n8, n9] = network;
}

template<class Field, class Owner>
struct CountField {
  Field field;
  Count Owner::* member;
};

inline constexpr std::array<CountField<Sample, metrics::Sample>, 15> sample_counts{{
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
}};

inline constexpr std::array<CountField<Device, metrics::DeviceCounters>, 2> device_counts{{
    {Device::read_bytes, &metrics::DeviceCounters::read_bytes},
    {Device::write_bytes, &metrics::DeviceCounters::write_bytes},
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

inline constexpr std::array<CountField<Container, metrics::Limits>, 3> limit_counts{{
    {Container::memory_bytes, &metrics::Limits::memory_bytes},
    {Container::cpu_period_us, &metrics::Limits::cpu_period_us},
    {Container::cpu_shares, &metrics::Limits::cpu_shares},
}};

}  // namespace cspy::otlp::record
