#include "host/cgroup_v2.hpp"

#include <algorithm>
#include <array>

#include "host/cgroup_text.hpp"
#include "host/words.hpp"
#include "metrics/devices.hpp"
#include "metrics/working_set.hpp"

namespace cspy::host::cgroup_v2 {
namespace {

using metrics::DeviceCounters;
using metrics::Limits;
using metrics::Sample;
using S = Sample;
using W = CgroupWanted;

constexpr std::uint64_t nanos_per_micro = 1'000;

// clang-format off
constexpr std::array cpu_stat{
    Field{"usage_usec", &S::cpu_total_ns, nanos_per_micro},
    Field{"user_usec", &S::cpu_user_ns, nanos_per_micro},
    Field{"system_usec", &S::cpu_system_ns, nanos_per_micro},
    Field{"nr_periods", &S::cfs_periods},
    Field{"nr_throttled", &S::cfs_throttled_periods},
    Field{"throttled_usec", &S::cfs_throttled_ns, nanos_per_micro},
    Field{"nr_bursts", &S::cfs_burst_periods},
    Field{"burst_usec", &S::cfs_burst_ns, nanos_per_micro},
};
constexpr std::array memory_stat{
    Field{"anon", &S::memory_rss},
    Field{"file", &S::memory_cache},
    Field{"file_mapped", &S::memory_mapped_file},
    Field{"file_dirty", &S::memory_file_dirty},
    Field{"file_writeback", &S::memory_file_writeback},
    Field{"inactive_file", &S::memory_inactive_file},
    Field{"active_file", &S::memory_active_file},
    Field{"workingset_refault_anon", &S::refaults_anon},
    Field{"workingset_refault_file", &S::refaults_file},
    Field{"pgscan", &S::memory_pgscan},
    Field{"pgsteal", &S::memory_pgsteal},
    Field{"pgfault", &S::page_faults},
    Field{"pgmajfault", &S::major_page_faults},
};
constexpr std::array memory_events{
    Field{"high", &S::memory_events_high},
    Field{"max", &S::memory_events_max},
    Field{"oom_kill", &S::oom_events},
};
// clang-format on

/// "some avg10=0.00 avg60=0.00 avg300=0.00 total=219557" in microseconds, and a line "full" of the same kind, which
/// kernels before 5.13 do not have for the CPU.
template<Count Sample::* waiting, Count Sample::* stalled>
void pressure(std::string_view text, Sample& sample) {
  constexpr std::string_view total{"total="};
  while (!text.empty()) {
    Words words{take_line(text)};
    const auto kind = words.next();
    for (auto word = words.next(); !word.empty(); word = words.next()) {
      if (!word.starts_with(total)) continue;
      const auto micros = parse_number(word.substr(total.size()));
      if (micros && kind == "some") sample.*waiting = micros;
      if (micros && kind == "full") sample.*stalled = micros;
    }
  }
}

struct DeviceField {
  std::string_view key;
  Count DeviceCounters::* member;
};
/// What is discarded (dbytes, dios) cAdvisor does not show.
constexpr std::array io_stat_fields{
    DeviceField{"rbytes", &DeviceCounters::read_bytes},
    DeviceField{"wbytes", &DeviceCounters::write_bytes},
    DeviceField{"rios", &DeviceCounters::reads},
    DeviceField{"wios", &DeviceCounters::writes},
    DeviceField{"cost.usage", &DeviceCounters::cost_usage_us},
    DeviceField{"cost.wait", &DeviceCounters::cost_wait_us},
    DeviceField{"cost.indebt", &DeviceCounters::cost_indebt_us},
    DeviceField{"cost.indelay", &DeviceCounters::cost_indelay_us},
};

/// "254:0 rbytes=187872256 wbytes=0 rios=2216 wios=0 dbytes=0 dios=0". A device without a number is none of the
/// cgroup's; kernels before 5.14 write several such into the line of the next one, so the last one named counts.
void io_stat(std::string_view text, Sample& sample) {
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
      const auto field = std::ranges::find(io_stat_fields, word.substr(0, equals), &DeviceField::key);
      const auto number = parse_number(word.substr(equals + 1));
      if (!device || field == io_stat_fields.end() || !number) continue;
      if (auto* counters = metrics::device_of(sample, device->first, device->second)) counters->*field->member = number;
    }
  }
}

// clang-format off
constexpr std::array table{
    File{"cpu.stat", &W::cpu, keyed<cpu_stat>, &W::cfs},
    File{"memory.current", &W::memory, value<&S::memory_usage>},
    File{"memory.stat", &W::memory_details, keyed<memory_stat>},
    File{"memory.swap.current", &W::memory_swap, value<&S::memory_swap>},
    File{"memory.peak", &W::memory_peak, value<&S::memory_max_usage>},
    File{"memory.events", &W::memory_events, keyed<memory_events>, &W::oom},
    File{"cpu.pressure", &W::pressure, pressure<&S::cpu_waiting_us, &S::cpu_stalled_us>},
    File{"memory.pressure", &W::pressure, pressure<&S::memory_waiting_us, &S::memory_stalled_us>},
    File{"io.pressure", &W::pressure, pressure<&S::io_waiting_us, &S::io_stalled_us>},
    File{"io.stat", &W::io, io_stat},
    File{"pids.current", &W::threads, value<&S::threads>},
    File{"pids.max", &W::threads_max, limited<&S::threads_max>},
};
// clang-format on

void set_if_absent(bool wanted, Count& count) {
  if (wanted && !count) count = 0;
}

// Limits.

/// "max 100000": quota and period in microseconds.
void cpu_max(std::string_view text, Limits& limits) {
  Words words{take_line(text)};
  limits.cpu_quota_us = parse_limit(words.next()).value_or(0);
  limits.cpu_period_us = parse_number(words.next()).value_or(0);
}

/// cAdvisor's way back from the weight to cgroup v1's shares, in whole numbers: 100, the default, gives 2597.
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
    LimitFile{"memory.max", memory_max},  // before the other two: without it there are none
    LimitFile{"memory.swap.max", memory_swap_max},
    LimitFile{"memory.min", memory_min},
};

}  // namespace

std::span<const File> files() {
  return table;
}

void finish(const CgroupWanted& wanted, Sample& sample) {
  // Not there without PSI (kernels before 4.20, or where it is switched off); cAdvisor shows 0.
  for (auto Sample::* const member : {&S::cpu_waiting_us, &S::cpu_stalled_us, &S::memory_waiting_us,
                                      &S::memory_stalled_us, &S::io_waiting_us, &S::io_stalled_us})
    set_if_absent(wanted.pressure, sample.*member);
  if (!sample.memory_usage) return;
  metrics::set_working_set(sample);
  set_if_absent(wanted.memory_swap, sample.memory_swap);
  set_if_absent(wanted.memory_peak, sample.memory_max_usage);
  set_if_absent(wanted.memory_events, sample.memory_events_high);
  set_if_absent(wanted.memory_events, sample.memory_events_max);
  // cAdvisor has these of cgroup v1 only, and shows 0 whatever the kernel says.
  if (wanted.memory_failcnt) sample.memory_failcnt = 0;
  if (wanted.memory_kernel) sample.memory_kernel = 0;
}

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
