#include "host/cgroup_v1.hpp"

#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "host/cgroup_text.hpp"
#include "host/words.hpp"
#include "metrics/details.hpp"
#include "metrics/devices.hpp"

namespace cspy::host::cgroup_v1 {
namespace {

using metrics::DeviceCounters;
using metrics::Limits;
using metrics::Sample;
using D = DeviceCounters;
using metrics::Tail;
using C = Controller;

/// "426417700711 461825802457 ": nanoseconds on each CPU that the machine may have.
void usage_percpu(std::string_view text, Sample& sample) {
  sample.cpu_each_ns.clear();
  Words words{take_line(text)};
  for (auto word = words.next(); !word.empty(); word = words.next()) {
    if (sample.cpu_each_ns.size() >= limits::cpus_max) return;
    sample.cpu_each_ns.push_back(parse_number(word).value_or(0));
  }
}

void memory_migrate(std::string_view text, Sample& sample) {
  if (const auto number = parse_value(text)) metrics::add_detail(sample, metrics::Tail::memory_migrate, {}, *number);
}

struct NumaType {
  std::string_view key, type, scope;
};
constexpr std::array numa_types{
    NumaType{"file", "file", "container"},
    NumaType{"anon", "anon", "container"},
    NumaType{"unevictable", "unevictable", "container"},
    NumaType{"hierarchical_file", "file", "hierarchy"},
    NumaType{"hierarchical_anon", "anon", "hierarchy"},
    NumaType{"hierarchical_unevictable", "unevictable", "hierarchy"},
};

/// "file=290 N0=290 N1=0": pages in total, then on each node.
void numa_stat(std::string_view text, Sample& sample) {
  while (!text.empty()) {
    Words words{take_line(text)};
    const auto first = words.next();
    const auto known = std::ranges::find(numa_types, first.substr(0, first.find('=')), &NumaType::key);
    if (known == numa_types.end()) continue;
    for (auto word = words.next(); word.starts_with('N'); word = words.next()) {
      const auto equals = std::min(word.find('='), word.size() - 1);
      const auto node = word.substr(1, equals - 1);
      const auto pages = parse_number(word.substr(equals + 1));
      if (!parse_number(node) || !pages) continue;
      metrics::add_detail(sample, metrics::Tail::memory_numa_pages, {known->type, known->scope, node}, *pages);
    }
  }
}

// Block devices: "254:0 Read 4096" for each device and operation, and "Total 4096" over all at the end.

struct Operation {
  std::string_view name;
  Count DeviceCounters::* member;
};
constexpr std::array service_bytes{Operation{"Read", &D::read_bytes},       Operation{"Write", &D::write_bytes},
                                   Operation{"Sync", &D::sync_bytes},       Operation{"Async", &D::async_bytes},
                                   Operation{"Discard", &D::discard_bytes}, Operation{"Total", &D::total_bytes}};
constexpr std::array serviced{Operation{"Read", &D::reads}, Operation{"Write", &D::writes}};
constexpr std::array merged{Operation{"Read", &D::reads_merged}, Operation{"Write", &D::writes_merged}};
constexpr std::array service_time{Operation{"Read", &D::read_ns}, Operation{"Write", &D::write_ns},
                                  Operation{"Total", &D::io_ns}};
constexpr std::array queued{Operation{"Total", &D::io_current}};

template<const auto& known>
bool operations(std::string_view text, Sample& sample) {
  bool found = false;
  while (!text.empty()) {
    Words words{take_line(text)};
    const auto device = parse_device(words.next());
    const auto operation = std::ranges::find(known, words.next(), &Operation::name);
    const auto number = parse_number(words.next());
    found |= device.has_value();
    if (!device || operation == known.end() || !number) continue;
    if (auto* counters = metrics::device_of(sample, device->first, device->second))
      counters->*operation->member = number;
  }
  return found;
}

/// "254:0 2056": the kernel does not separate reads and writes here. cAdvisor looks for both and shows 0.
bool sectors(std::string_view text, Sample& sample) {
  bool found = false;
  while (!text.empty()) {
    Words words{take_line(text)};
    const auto device = parse_device(words.next());
    found |= device.has_value();
    if (!device) continue;
    if (auto* counters = metrics::device_of(sample, device->first, device->second))
      counters->sectors_read = counters->sectors_written = 0;
  }
  return found;
}

// clang-format off
constexpr std::array bfq_debug{
    BlkioFile{"blkio.bfq.sectors_recursive", sectors},
    BlkioFile{"blkio.bfq.io_service_time_recursive", operations<service_time>},
    BlkioFile{"blkio.bfq.io_merged_recursive", operations<merged>},
    BlkioFile{"blkio.bfq.io_queued_recursive", operations<queued>},
    BlkioFile{"blkio.bfq.io_serviced_recursive", operations<serviced>},
    BlkioFile{"blkio.bfq.io_service_bytes_recursive", operations<service_bytes>},
};
constexpr std::array bfq{
    BlkioFile{"blkio.bfq.io_serviced_recursive", operations<serviced>},
    BlkioFile{"blkio.bfq.io_service_bytes_recursive", operations<service_bytes>},
};
constexpr std::array cfq{
    BlkioFile{"blkio.sectors_recursive", sectors},
    BlkioFile{"blkio.io_service_time_recursive", operations<service_time>},
    BlkioFile{"blkio.io_merged_recursive", operations<merged>},
    BlkioFile{"blkio.io_queued_recursive", operations<queued>},
    BlkioFile{"blkio.io_serviced_recursive", operations<serviced>},
    BlkioFile{"blkio.io_service_bytes_recursive", operations<service_bytes>},
};
constexpr std::array throttle_recursive{
    BlkioFile{"blkio.throttle.io_serviced_recursive", operations<serviced>},
    BlkioFile{"blkio.throttle.io_service_bytes_recursive", operations<service_bytes>},
};
constexpr std::array throttle{
    BlkioFile{"blkio.throttle.io_serviced", operations<serviced>},
    BlkioFile{"blkio.throttle.io_service_bytes", operations<service_bytes>},
};
constexpr std::array<std::span<const BlkioFile>, 5> groups{bfq_debug, bfq, cfq, throttle_recursive, throttle};

constexpr std::array table{
    File{C::cpuacct, "cpuacct.usage_percpu", {.cpus = true}, usage_percpu},
    File{C::memory, "memory.numa_stat", metrics::parts_of(Tail::memory_numa_pages), numa_stat},
    File{C::cpuset, "cpuset.memory_migrate", metrics::parts_of(Tail::memory_migrate), memory_migrate},
};
// clang-format on

constexpr std::array<std::array<const char*, 3>, controller_count> names{{
    {"cpu", "cpu,cpuacct", "cpuacct,cpu"},
    {"cpuacct", "cpu,cpuacct", "cpuacct,cpu"},
    {"memory", nullptr, nullptr},
    {"blkio", nullptr, nullptr},
    {"pids", nullptr, nullptr},
    {"hugetlb", nullptr, nullptr},
    {"cpuset", nullptr, nullptr},
}};

// Limits.

template<Count Limits::* member>
void limit(std::string_view text, Limits& limits) {
  if (const auto number = parse_limit(text)) limits.*member = number;
}

/// -1: no quota.
void cfs_quota(std::string_view text, Limits& limits) {
  limits.cpu_quota_us = parse_limit(text).value_or(0);
}

constexpr std::array limit_table{
    LimitFile{C::cpu, "cpu.cfs_quota_us", cfs_quota},
    LimitFile{C::cpu, "cpu.cfs_period_us", limit<&Limits::cpu_period_us>},
    LimitFile{C::cpu, "cpu.shares", limit<&Limits::cpu_shares>},
    LimitFile{C::memory, "memory.limit_in_bytes", limit<&Limits::memory_bytes>},
    LimitFile{C::memory, "memory.memsw.limit_in_bytes", limit<&Limits::memory_swap_bytes>},
    LimitFile{C::memory, "memory.soft_limit_in_bytes", limit<&Limits::memory_reservation_bytes>},
};

}  // namespace

Controller controller_of(std::string_view file) {
  const auto prefix = file.substr(0, file.find('.'));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (prefix == names[i][0]) return static_cast<Controller>(i);
  }
  return Controller::memory;
}

std::span<const char* const> names_of(Controller controller) {
  const auto& row = names[static_cast<std::size_t>(controller)];
  return {row.data(), static_cast<std::size_t>(std::ranges::find(row, nullptr) - row.begin())};
}

std::span<const File> files() {
  return table;
}

std::span<const std::span<const BlkioFile>> blkio_groups() {
  return groups;
}

std::span<const LimitFile> limit_files() {
  return limit_table;
}

}  // namespace cspy::host::cgroup_v1
