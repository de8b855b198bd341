// The tables of counts (sample_counts.def, device_counts.def, network_counts.def), for code that handles all counts in
// the same way.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "metrics/count_places.hpp"
#include "metrics/sample.hpp"

namespace cspy::metrics {

struct SampleCount {
  std::uint32_t number;  ///< in the queue files
  std::string_view name;
  Count Sample::* member;
  KernelPlace cgroup_v2, cgroup_v1;
  StatsPlace stats;
};

struct DeviceCount {
  std::uint32_t number;
  std::string_view name;
  Count DeviceCounters::* member;
  std::string_view io_stat_key;
};

struct NetworkCount {
  std::uint32_t number;
  std::string_view name;
  Count NetworkCounters::* member;
  std::string_view stats_key;
  std::size_t net_dev_column;
};

namespace count_tables {

using namespace places;  // NOLINT(google-build-using-namespace): made for these tables

// clang-format off
inline constexpr std::array sample{
#define COUNT(number, member, ...) SampleCount{number, #member, &Sample::member, __VA_ARGS__},
#include "metrics/sample_counts.def"
};
inline constexpr std::array device{
#define COUNT(number, member, key) DeviceCount{number, #member, &DeviceCounters::member, key},
#include "metrics/device_counts.def"
};
inline constexpr std::array network{
#define COUNT(number, member, key, column) NetworkCount{number, #member, &NetworkCounters::member, key, column},
#include "metrics/network_counts.def"
};
// clang-format on

/// Whether each number of a table is in one row only.
consteval bool numbers_are_unique(const auto& table) {
  return std::ranges::all_of(table, [&](const auto& row) {
    return std::ranges::count(table, row.number, [](const auto& other) { return other.number; }) == 1;
  });
}
static_assert(numbers_are_unique(sample));
static_assert(numbers_are_unique(device));
static_assert(numbers_are_unique(network));

}  // namespace count_tables

inline constexpr auto& sample_counts = count_tables::sample;
inline constexpr auto& device_counts = count_tables::device;
inline constexpr auto& network_counts = count_tables::network;

/// The row of a sample's count.
[[nodiscard]] constexpr std::size_t index_of(Count Sample::* member) {
  for (std::size_t i = 0; i < sample_counts.size(); ++i) {
    if (sample_counts[i].member == member) return i;
  }
  return sample_counts.size();
}

}  // namespace cspy::metrics
