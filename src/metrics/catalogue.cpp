#include "metrics/catalogue.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>

namespace cspy::metrics {
namespace {

// Accessors: named templates over member pointers, so that a row of the table is one line.

constexpr Number whole(std::uint64_t value) {
  // Beyond 2^63 only a double can carry it; nothing a container counts gets there.
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return static_cast<double>(value);
  return static_cast<std::int64_t>(value);
}

constexpr Number seconds(std::uint64_t nanos) {
  return static_cast<double>(nanos) / 1e9;
}

template<Count Sample::* field>
void count(const Reading& reading, UnixNanos, PointSink& sink) {
  if (const Count value = reading.sample.*field) sink.point(whole(*value), {});
}

template<Count Sample::* nanos>
void time_spent(const Reading& reading, UnixNanos, PointSink& sink) {
  if (const Count value = reading.sample.*nanos) sink.point(seconds(*value), {});
}

template<Count Limits::* field>
void limit(const Reading& reading, UnixNanos, PointSink& sink) {
  if (const Count value = reading.container->limits.*field) sink.point(whole(*value), {});
}

/// A point in time of the container, in whole seconds.
template<UnixNanos Container::* field>
void instant(const Reading& reading, UnixNanos, PointSink& sink) {
  const UnixNanos value = (*reading.container).*field;
  if (value != 0) sink.point(whole(value / nanos_per_second), {});
}

template<Count DeviceCounters::* field>
void per_device(const Reading& reading, UnixNanos, PointSink& sink) {
  for (const auto& device : reading.sample.devices) {
    const std::string_view label{device.device};
    if (const Count value = device.*field) sink.point(whole(*value), {&label, 1});
  }
}

template<Count NetworkCounters::* field>
void per_interface(const Reading& reading, UnixNanos, PointSink& sink) {
  for (const auto& network : reading.sample.networks) {
    const std::string_view label{network.interface};
    if (const Count value = network.*field) sink.point(whole(*value), {&label, 1});
  }
}

/// cgroup v1 counts each CPU and cAdvisor shows each that has worked ("cpu00"); v2 has only the total.
void cpu_usage(const Reading& reading, UnixNanos, PointSink& sink) {
  const auto& sample = reading.sample;
  if (sample.cpu_each_ns.empty()) {
    constexpr std::string_view total{"total"};
    if (sample.cpu_total_ns.value_or(0) > 0) sink.point(seconds(*sample.cpu_total_ns), {&total, 1});
    return;
  }
  for (std::size_t cpu = 0; cpu < sample.cpu_each_ns.size(); ++cpu) {
    if (sample.cpu_each_ns[cpu] == 0) continue;
    std::array<char, 16> text{'c', 'p', 'u', '0'};
    auto* const digits = text.data() + (cpu < 10 ? 4 : 3);
    const auto end = std::to_chars(digits, text.data() + text.size(), cpu).ptr;
    const std::string_view label{text.data(), end};
    sink.point(seconds(sample.cpu_each_ns[cpu]), {&label, 1});
  }
}

/// cAdvisor gives the same number for the container and its hierarchy, on both cgroup versions.
void page_faults(const Reading& reading, UnixNanos, PointSink& sink) {
  const auto give = [&](std::string_view type, Count value) {
    if (!value) return;
    for (const std::string_view scope : {"container", "hierarchy"}) {
      const std::array labels{type, scope};
      sink.point(whole(*value), labels);
    }
  };
  give("pgfault", reading.sample.page_faults);
  give("pgmajfault", reading.sample.major_page_faults);
}

void last_seen(const Reading&, UnixNanos time, PointSink& sink) {
  sink.point(whole(time / nanos_per_second), {});
}

/// The start of this run; the creation where the engine has no start (cAdvisor's rule since 0.57).
void start_time(const Reading& reading, UnixNanos, PointSink& sink) {
  const auto& container = *reading.container;
  const auto started = container.started != 0 ? container.started : container.created;
  if (started != 0) sink.point(whole(started / nanos_per_second), {});
}

void cpu_quota(const Reading& reading, UnixNanos, PointSink& sink) {
  sink.point(whole(reading.container->limits.cpu_quota_us), {});
}

void health_state(const Reading& reading, UnixNanos, PointSink& sink) {
  sink.point(std::int64_t{static_cast<std::int8_t>(reading.sample.health)}, {});
}

using enum Kind;
using C = Condition;
using G = Group;
using S = Sample;
using N = NetworkCounters;
using D = DeviceCounters;

constexpr std::array<std::string_view, 2> none{};
constexpr std::array<std::string_view, 2> by_cpu{"cpu"};
constexpr std::array<std::string_view, 2> by_device{"device"};
constexpr std::array<std::string_view, 2> by_interface{"interface"};
constexpr std::array<std::string_view, 2> by_fault{"failure_type", "scope"};

// clang-format off
constexpr std::array table{
  // name, kind, unit, group, condition, labels, accessor, help
  Metric{"container_last_seen", gauge, "", G::general, C::always, none, last_seen,
         "Time of the round in which the container was last read, in seconds since 1970"},
  Metric{"container_creation_time_seconds", gauge, "s", G::general, C::always, none, instant<&Container::created>,
         "Time at which the container was created, in seconds since 1970"},
  Metric{"container_start_time_seconds", gauge, "s", G::general, C::always, none, start_time,
         "Time at which this run of the container began, in seconds since 1970"},
  Metric{"container_health_state", gauge, "", G::health, C::always, none, health_state,
         "Result of the health check: 1 healthy, 0 starting or unhealthy, -1 no health check"},

  Metric{"container_cpu_usage_seconds_total", counter, "s", G::cpu, C::always, by_cpu, cpu_usage,
         "CPU time consumed: in total on cgroup v2, by each CPU on cgroup v1"},
  Metric{"container_cpu_user_seconds_total", counter, "s", G::cpu, C::always, none, time_spent<&S::cpu_user_ns>,
         "CPU time consumed in user mode"},
  Metric{"container_cpu_system_seconds_total", counter, "s", G::cpu, C::always, none, time_spent<&S::cpu_system_ns>,
         "CPU time consumed in kernel mode"},
  Metric{"container_cpu_cfs_periods_total", counter, "", G::cpu, C::cpu_quota, none, count<&S::cfs_periods>,
         "Enforcement periods of the CPU quota that have elapsed"},
  Metric{"container_cpu_cfs_throttled_periods_total", counter, "", G::cpu, C::cpu_quota, none, count<&S::cfs_throttled_periods>,
         "Enforcement periods in which the container was held back"},
  Metric{"container_cpu_cfs_throttled_seconds_total", counter, "s", G::cpu, C::cpu_quota, none, time_spent<&S::cfs_throttled_ns>,
         "Time for which the container was held back"},

  Metric{"container_memory_usage_bytes", gauge, "By", G::memory, C::always, none, count<&S::memory_usage>,
         "Memory in use, whatever for and whenever it was last touched"},
  Metric{"container_memory_working_set_bytes", gauge, "By", G::memory, C::always, none, count<&S::memory_working_set>,
         "Memory in use less the file cache that has not been touched lately"},
  Metric{"container_memory_rss", gauge, "", G::memory, C::always, none, count<&S::memory_rss>,
         "Anonymous memory, in bytes"},
  Metric{"container_memory_cache", gauge, "", G::memory, C::always, none, count<&S::memory_cache>,
         "Page cache, in bytes"},
  Metric{"container_memory_mapped_file", gauge, "", G::memory, C::always, none, count<&S::memory_mapped_file>,
         "Files mapped into memory, in bytes"},
  Metric{"container_memory_failures_total", counter, "", G::memory, C::always, by_fault, page_faults,
         "Page faults, and those among them that had to read from disk"},

  Metric{"container_fs_reads_bytes_total", counter, "By", G::disk_io, C::always, by_device, per_device<&D::read_bytes>,
         "Bytes read from the block device"},
  Metric{"container_fs_writes_bytes_total", counter, "By", G::disk_io, C::always, by_device, per_device<&D::write_bytes>,
         "Bytes written to the block device"},

  Metric{"container_network_receive_bytes_total", counter, "By", G::network, C::always, by_interface, per_interface<&N::receive_bytes>,
         "Bytes received"},
  Metric{"container_network_receive_packets_total", counter, "", G::network, C::always, by_interface, per_interface<&N::receive_packets>,
         "Packets received"},
  Metric{"container_network_receive_packets_dropped_total", counter, "", G::network, C::always, by_interface, per_interface<&N::receive_dropped>,
         "Packets dropped while receiving"},
  Metric{"container_network_receive_errors_total", counter, "", G::network, C::always, by_interface, per_interface<&N::receive_errors>,
         "Errors while receiving; Docker's engine does not count them and says 0"},
  Metric{"container_network_transmit_bytes_total", counter, "By", G::network, C::always, by_interface, per_interface<&N::transmit_bytes>,
         "Bytes sent"},
  Metric{"container_network_transmit_packets_total", counter, "", G::network, C::always, by_interface, per_interface<&N::transmit_packets>,
         "Packets sent"},
  Metric{"container_network_transmit_packets_dropped_total", counter, "", G::network, C::always, by_interface, per_interface<&N::transmit_dropped>,
         "Packets dropped while sending"},
  Metric{"container_network_transmit_errors_total", counter, "", G::network, C::always, by_interface, per_interface<&N::transmit_errors>,
         "Errors while sending; Docker's engine does not count them and says 0"},

  Metric{"container_threads", gauge, "", G::process, C::always, none, count<&S::threads>,
         "Threads of all processes in the container"},
  Metric{"container_threads_max", gauge, "", G::process, C::always, none, count<&S::threads_max>,
         "Threads the container may have, 0 where there is no limit"},

  Metric{"container_spec_memory_limit_bytes", gauge, "By", G::spec, C::always, none, limit<&Limits::memory_bytes>,
         "Memory limit, 0 where there is none"},
  Metric{"container_spec_cpu_period", gauge, "", G::spec, C::always, none, limit<&Limits::cpu_period_us>,
         "Enforcement period of the CPU quota, in microseconds"},
  Metric{"container_spec_cpu_quota", gauge, "", G::spec, C::cpu_quota, none, cpu_quota,
         "CPU time the container may use in each period, in microseconds"},
  Metric{"container_spec_cpu_shares", gauge, "", G::spec, C::always, none, limit<&Limits::cpu_shares>,
         "Share of CPU time under contention, in the scale of cgroup v1"},
};
// clang-format on

// Lint: what must hold for every row.

constexpr bool legal_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

/// The unit, where set, must be the last word of the name (of a counter: before _total), or a receiver would append it.
constexpr bool unit_in_name(const Metric& metric) {
  if (metric.unit.empty()) return true;
  auto name = metric.name;
  if (metric.kind == counter) name.remove_suffix(std::string_view{"_total"}.size());
  return name.ends_with(metric.unit == "s" ? "_seconds" : "_bytes") && (metric.unit == "s" || metric.unit == "By");
}

constexpr bool names_unique() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (std::size_t j = i + 1; j < table.size(); ++j) {
      if (table[i].name == table[j].name) return false;
    }
  }
  return true;
}

static_assert(names_unique());
static_assert(std::ranges::all_of(table, [](const Metric& m) { return legal_name(m.name); }));
static_assert(std::ranges::all_of(table,
                                  [](const Metric& m) { return m.name.ends_with("_total") == (m.kind == counter); }));
static_assert(std::ranges::all_of(table, unit_in_name));
static_assert(std::ranges::all_of(table, [](const Metric& m) { return !m.help.empty(); }));

}  // namespace

std::span<const Metric> catalogue() {
  return table;
}

std::string_view name_of(Group group) {
  switch (group) {
    case Group::general: return "general";
    case Group::cpu: return "cpu";
    case Group::memory: return "memory";
    case Group::disk_io: return "diskIO";
    case Group::network: return "network";
    case Group::process: return "process";
    case Group::spec: return "spec";
    case Group::health: return "health";
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
