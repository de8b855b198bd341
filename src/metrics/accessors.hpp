// How the rows of the catalogue get their numbers: named templates over member pointers, so that most rows are one
// line. Each accessor names the parts of the sample that it uses. Sources read only those parts. Used by catalogue.cpp
// only.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <string_view>

#include "metrics/catalogue.hpp"

namespace cspy::metrics::accessors {

constexpr Number whole(std::uint64_t value) {
  // Only a double can hold a number above 2^63. No count of a container gets that far.
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return static_cast<double>(value);
  return static_cast<std::int64_t>(value);
}

/// The unit of a count: whole units or parts of a second. `bits` is the two's complement of a number that may be
/// negative.
enum class Scale : std::uint8_t { one, nanoseconds, microseconds, bits };

template<Scale scale>
constexpr Number scaled(std::uint64_t value) {
  if constexpr (scale == Scale::nanoseconds) return static_cast<double>(value) / 1e9;
  if constexpr (scale == Scale::microseconds) return static_cast<double>(value) / 1e6;
  if constexpr (scale == Scale::bits) return static_cast<std::int64_t>(value);
  return whole(value);
}

template<Count Sample::* field, Scale scale>
void emit_count(const Reading& reading, UnixNanos, PointSink& sink) {
  if (const Count value = reading.sample.*field) sink.point(scaled<scale>(*value), {});
}
template<Count Sample::* field, Scale scale = Scale::one>
constexpr Accessor count{emit_count<field, scale>, parts_of({field})};
template<Count Sample::* nanos>
constexpr auto nanoseconds = count<nanos, Scale::nanoseconds>;
template<Count Sample::* micros>
constexpr auto microseconds = count<micros, Scale::microseconds>;

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

/// One point for each device name. Engines report devices that have no name on this machine. These all have the same
/// empty label, so their values are added up: two points may not have the same labels.
template<Count DeviceCounters::* field, Scale scale>
void emit_per_device(const Reading& reading, UnixNanos, PointSink& sink) {
  const auto& devices = reading.sample.devices;
  for (auto i = devices.begin(); i != devices.end();) {
    Count sum;
    const std::string_view label{i->device};
    for (; i != devices.end() && i->device == label; ++i) {
      if (const Count value = (*i).*field) sum = sum.value_or(0) + *value;
    }
    if (sum) sink.point(scaled<scale>(*sum), {&label, 1});
  }
}

template<Count DeviceCounters::* field, Scale scale = Scale::one>
constexpr Accessor per_device{emit_per_device<field, scale>, {.devices = true}};

/// One point for each device number and each kind of operation.
inline void emit_device_usage(const Reading& reading, UnixNanos, PointSink& sink) {
  struct Operation {
    std::string_view name;
    Count DeviceCounters::* bytes;
  };
  static constexpr std::array operations{
      Operation{"Async", &DeviceCounters::async_bytes}, Operation{"Discard", &DeviceCounters::discard_bytes},
      Operation{"Read", &DeviceCounters::read_bytes},   Operation{"Sync", &DeviceCounters::sync_bytes},
      Operation{"Total", &DeviceCounters::total_bytes}, Operation{"Write", &DeviceCounters::write_bytes},
  };
  for (const auto& device : reading.sample.devices) {
    std::array<char, 10> major{}, minor{};
    const auto text = [](std::array<char, 10>& buffer, std::uint32_t number) {
      return std::string_view{buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr};
    };
    std::array<std::string_view, 4> labels{device.device, text(major, device.major), text(minor, device.minor), {}};
    // Windows reports a container's storage as a whole.
    if (reading.container->windows) continue;
    for (const auto& [name, bytes] : operations) {
      labels[3] = name;
      if (const Count value = device.*bytes) sink.point(whole(*value), labels);
    }
  }
}

inline constexpr Accessor device_usage{emit_device_usage, {.devices = true}};

template<Count NetworkCounters::* field>
void emit_per_interface(const Reading& reading, UnixNanos, PointSink& sink) {
  for (const auto& network : reading.sample.networks) {
    const std::string_view label{network.interface};
    if (const Count value = network.*field) sink.point(whole(*value), {&label, 1});
  }
}
template<Count NetworkCounters::* field>
constexpr Accessor per_interface{emit_per_interface<field>, {.networks = true}};

/// The values of one Tail, with their labels.
template<Tail what, Scale scale>
void emit_tail(const Reading& reading, UnixNanos, PointSink& sink) {
  const auto [begin, end] = std::ranges::equal_range(reading.sample.details, what, {}, &Detail::what);
  for (const auto& detail : std::ranges::subrange(begin, end)) {
    std::array<std::string_view, own_labels_max> labels;
    std::size_t labels_size = 0;
    for (std::string_view rest = detail.labels; !rest.empty() && labels_size < labels.size();) {
      const auto zero = rest.find('\0');
      labels[labels_size++] = rest.substr(0, zero);
      rest.remove_prefix(std::min(zero, rest.size() - 1) + 1);
    }
    sink.point(scaled<scale>(detail.value), {labels.data(), labels_size});
  }
}

template<Tail what, Scale scale = Scale::one>
constexpr Accessor tail{emit_tail<what, scale>, parts_of(what)};

/// The constant that cAdvisor shows for what it reads only if a flag enables it.
inline void zero(const Reading& reading, UnixNanos, PointSink& sink) {
  if (!reading.container->windows) sink.point(std::int64_t{0}, {});
}

/// Persistent memory. The official builds of cAdvisor show 0 too.
inline void persistent_memory(const Reading&, UnixNanos, PointSink& sink) {
  static constexpr std::array<std::string_view, 2> modes{"app_direct_mode", "memory_mode"};
  for (const auto& mode : modes)
    sink.point(std::int64_t{0}, {&mode, 1});
}

inline void task_states(const Reading& reading, UnixNanos, PointSink& sink) {
  static constexpr std::array<std::string_view, 5> states{"iowaiting", "running", "sleeping", "stopped",
                                                          "uninterruptible"};
  if (reading.container->windows) return;
  for (const auto& state : states)
    sink.point(std::int64_t{0}, {&state, 1});
}

/// cgroup v1 counts each CPU, and cAdvisor shows each CPU with CPU time ("cpu00"). cgroup v2 counts the total only.
inline void emit_cpu_usage(const Reading& reading, UnixNanos, PointSink& sink) {
  const auto& sample = reading.sample;
  if (sample.cpu_each_ns.empty()) {
    constexpr std::string_view total{"total"};
    if (sample.cpu_total_ns.value_or(0) > 0) sink.point(scaled<Scale::nanoseconds>(*sample.cpu_total_ns), {&total, 1});
    return;
  }
  for (std::size_t cpu = 0; cpu < sample.cpu_each_ns.size(); ++cpu) {
    if (sample.cpu_each_ns[cpu] == 0) continue;
    std::array<char, 16> text{'c', 'p', 'u', '0'};
    auto* const digits = text.data() + (cpu < 10 ? 4 : 3);
    const auto end = std::to_chars(digits, text.data() + text.size(), cpu).ptr;
    const std::string_view label{text.data(), end};
    sink.point(scaled<Scale::nanoseconds>(sample.cpu_each_ns[cpu]), {&label, 1});
  }
}

inline constexpr Accessor cpu_usage{emit_cpu_usage, [] {
                                      auto parts = parts_of({&Sample::cpu_total_ns});
                                      parts.cpus = true;
                                      return parts;
                                    }()};

/// cAdvisor shows the same number for the scopes container and hierarchy, on both cgroup versions.
inline void emit_page_faults(const Reading& reading, UnixNanos, PointSink& sink) {
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

inline constexpr Accessor page_faults{emit_page_faults, parts_of({&Sample::page_faults, &Sample::major_page_faults})};

inline void last_seen(const Reading&, UnixNanos time, PointSink& sink) {
  sink.point(whole(time / nanos_per_second), {});
}

/// The start of this run. The creation time if the engine reports no start (cAdvisor's rule since 0.57).
inline void start_time(const Reading& reading, UnixNanos, PointSink& sink) {
  const auto& container = *reading.container;
  const auto started = container.started != 0 ? container.started : container.created;
  if (started != 0) sink.point(whole(started / nanos_per_second), {});
}

inline void cpu_quota(const Reading& reading, UnixNanos, PointSink& sink) {
  sink.point(whole(reading.container->limits.cpu_quota_us), {});
}

inline void open_files_limit(const Reading& reading, UnixNanos, PointSink& sink) {
  constexpr std::string_view label{"max_open_files"};
  const Count files = reading.container->limits.open_files_soft;
  if (files) sink.point(*files == unlimited_files ? Number{std::int64_t{-1}} : whole(*files), {&label, 1});
}

inline void health_state(const Reading& reading, UnixNanos, PointSink& sink) {
  sink.point(static_cast<std::int64_t>(reading.sample.health), {});
}

// The lifecycle.

inline void state(const Reading& reading, UnixNanos, PointSink& sink) {
  static constexpr std::array<std::string_view, 7> states{"created",  "running", "paused", "restarting",
                                                          "removing", "exited",  "dead"};
  const auto current = static_cast<std::size_t>(reading.container->lifecycle.state);
  if (current == 0) return;
  for (std::size_t i = 0; i < states.size(); ++i)
    sink.point(std::int64_t{i + 1 == current ? 1 : 0}, {&states[i], 1});
}

template<Count Lifecycle::* field>
void lifecycle(const Reading& reading, UnixNanos, PointSink& sink) {
  if (const Count value = reading.container->lifecycle.*field) sink.point(whole(*value), {});
}

inline void oom_killed(const Reading& reading, UnixNanos, PointSink& sink) {
  if (reading.container->lifecycle.state == State::unknown) return;
  sink.point(std::int64_t{reading.container->lifecycle.oom_killed ? 1 : 0}, {});
}

inline void finish_time(const Reading& reading, UnixNanos, PointSink& sink) {
  const auto finished = reading.container->lifecycle.finished;
  if (finished != 0) sink.point(whole(finished / nanos_per_second), {});
}

inline void image_info(const Reading& reading, UnixNanos, PointSink& sink) {
  const auto& lifecycle = reading.container->lifecycle;
  if (lifecycle.image_id.empty()) return;
  const std::array<std::string_view, 2> labels{lifecycle.image_id, lifecycle.image_digest};
  sink.point(std::int64_t{1}, labels);
}

}  // namespace cspy::metrics::accessors
