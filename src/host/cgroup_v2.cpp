#include "host/cgroup_v2.hpp"

#include <algorithm>
#include <array>

#include "host/cgroup_text.hpp"
#include "host/words.hpp"
#include "metrics/counts.hpp"
#include "metrics/devices.hpp"

namespace cspy::host::cgroup_v2 {
namespace {

using metrics::Limits;
using metrics::Sample;

}  // namespace

void parse_io_stat(std::string_view text, Sample& sample) {
  sample.devices.clear();
  while (!text.empty()) {
    Words words{take_line(text)};
    std::optional<std::pair<std::uint32_t, std::uint32_t>> device;
    for (auto word = words.next(); !word.empty(); word = words.next()) {
      const auto equals = word.find('=');
      if (equals == std::string_view::npos) {
        device = parse_device(word);
        continue;
      }
      const auto key = word.substr(0, equals);
      const auto row = std::ranges::find(metrics::device_counts, key, &metrics::DeviceCount::io_stat_key);
      const auto number = parse_number(word.substr(equals + 1));
      if (!device || key.empty() || row == metrics::device_counts.end() || !number) continue;
      if (auto* counters = metrics::device_of(sample, device->first, device->second)) counters->*row->member = number;
    }
  }
}

namespace {

// Limits.

/// "max 100000": quota and period in microseconds.
void cpu_max(std::string_view text, Limits& limits) {
  Words words{take_line(text)};
  limits.cpu_quota_us = parse_limit(words.next()).value_or(0);
  limits.cpu_period_us = parse_number(words.next()).value_or(0);
}

/// Converts the weight back to the shares of cgroup v1 as cAdvisor does, in whole numbers: the default 100 gives 2597.
void cpu_weight(std::string_view text, Limits& limits) {
  constexpr std::uint64_t weight_max = 10'000;
  const auto weight = parse_value(text).value_or(0);
  limits.cpu_shares = weight == 0 ? 0 : 2 + (std::min(weight, weight_max) - 1) * 262'142 / 9'999;
}

void memory_max(std::string_view text, Limits& limits) {
  limits.memory_bytes = parse_limit(text);
}

void memory_swap_max(std::string_view text, Limits& limits) {
  limits.memory_swap_bytes = limits.memory_bytes ? Count{parse_limit(text).value_or(0)} : Count{};
}

void memory_min(std::string_view text, Limits& limits) {
  limits.memory_reservation_bytes = limits.memory_bytes ? Count{parse_limit(text).value_or(0)} : Count{};
}

constexpr std::array limit_table{
    LimitFile{"cpu.max", cpu_max},
    LimitFile{"cpu.weight", cpu_weight},
    LimitFile{"memory.max", memory_max},  // before the other two: without it there are no memory limits
    LimitFile{"memory.swap.max", memory_swap_max},
    LimitFile{"memory.min", memory_min},
};

}  // namespace

void set_root_memory(std::uint64_t swap_used_bytes, Sample& sample) {
  if (!sample.memory_rss || !sample.memory_cache) return;
  sample.memory_usage = *sample.memory_rss + *sample.memory_cache;
  sample.memory_swap = swap_used_bytes;
}

Count parse_hugetlb_failures(std::string_view text) {
  while (!text.empty()) {
    Words words{take_line(text)};
    if (words.next() == "max") return parse_number(words.next());
  }
  return {};
}

std::span<const LimitFile> limit_files() {
  return limit_table;
}

}  // namespace cspy::host::cgroup_v2
