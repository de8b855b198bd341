#include "docker/stats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "base/json_reader.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "metrics/counts.hpp"
#include "metrics/devices.hpp"
#include "metrics/interfaces.hpp"
#include "metrics/working_set.hpp"

namespace cspy::docker {
namespace {

using json::Scalar;
using metrics::DeviceCounters;
using metrics::NetworkCounters;
using metrics::Sample;

struct BlockEntry {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::string operation;
  Count value;
};

/// The contents of an answer, before any arithmetic.
struct Answer {
  bool podman = false;
  Sample sample;
  std::string read_at, error_message;
  Count threads_limit;
  Count plain_inactive_file, plain_active_file;
  BlockEntry entry;
  bool windows = false;
  Count committed, committed_peak, private_working_set;
  metrics::DeviceCounters storage;
};

// The counts of the sample, by the table of their places.

/// The path of an object in the answer, as a template argument.
template<std::size_t size>
struct Path {
  std::array<char, size> text{};
  consteval Path(const char (&literal)[size]) {  // NOLINT(misc-explicit-constructor): a literal is the path
    std::ranges::copy(literal, text.begin());
  }
  [[nodiscard]] constexpr std::string_view view() const { return {text.data(), size - 1}; }
};

template<std::size_t row>
bool set_count(Answer& answer, const Scalar& value) {
  return json::read(value, answer.sample.*metrics::sample_counts[row].member);
}

/// How many keys of an object the table has.
consteval std::size_t key_count(std::string_view object) {
  std::size_t keys = 0;
  for (const auto& row : metrics::sample_counts) {
    if (row.stats.object == object) keys += row.stats.other_key.empty() ? 1 : 2;
  }
  return keys;
}

/// A node for each key of an object that the table has.
template<Path object>
constexpr auto counts_in = [] {
  std::array<json::Node, key_count(object.view())> nodes{};
  std::size_t size = 0;
  const auto add = [&]<std::size_t row>(std::integral_constant<std::size_t, row>) {
    const auto& place = metrics::sample_counts[row].stats;
    if (place.object != object.view()) return;
    nodes[size++] = json::field<Answer, set_count<row>>(place.key);
    if (!place.other_key.empty()) nodes[size++] = json::field<Answer, set_count<row>>(place.other_key);
  };
  [&]<std::size_t... rows>(std::index_sequence<rows...>) {
    (add(std::integral_constant<std::size_t, rows>{}), ...);
  }(std::make_index_sequence<metrics::sample_counts.size()>{});
  return nodes;
}();

/// The nodes of an object that contains more than counts.
template<std::size_t counts, std::size_t others>
constexpr std::array<json::Node, counts + others> joined(const std::array<json::Node, counts>& first,
                                                         const std::array<json::Node, others>& second) {
  std::array<json::Node, counts + others> nodes{};
  std::ranges::copy(second, std::ranges::copy(first, nodes.begin()).out);
  return nodes;
}

bool add_cpu(Answer& answer, const Scalar& value) {
  std::uint64_t nanos = 0;
  auto& each = answer.sample.cpu_each_ns;
  if (!json::read(value, nanos)) return false;
  if (each.size() < limits::cpus_max) each.push_back(nanos);
  return true;
}

// Networks: an object keyed by interface.

bool begin_network(void* target, std::string_view key) {
  auto& networks = static_cast<Answer*>(target)->sample.networks;
  if (metrics::is_ignored_interface(key) || networks.size() >= limits::networks_max) return false;
  networks.emplace_back().interface = repair_utf8(key, limits::label_value_bytes_max);
  return true;
}

template<std::size_t row>
bool set_network(Answer& answer, const Scalar& value) {
  return json::read(value, answer.sample.networks.back().*metrics::network_counts[row].member);
}

// Block devices: an array of (device, operation, value).

template<auto member>
bool set_entry(Answer& answer, const Scalar& value) {
  return json::read(value, answer.entry.*member);
}

bool begin_entry(void* target, std::string_view) {
  static_cast<Answer*>(target)->entry = {};
  return true;
}

/// What an operation in a list counts. Engines on cgroup v1 write "Read", on v2 "read". Podman has operations and bytes
/// in one list, under the kernel's names.
struct Operation {
  std::string_view name;
  Count DeviceCounters::* member;
};
constexpr std::array byte_operations{
    Operation{"read", &DeviceCounters::read_bytes},
    Operation{"Read", &DeviceCounters::read_bytes},
    Operation{"write", &DeviceCounters::write_bytes},
    Operation{"Write", &DeviceCounters::write_bytes},
    Operation{"Sync", &DeviceCounters::sync_bytes},
    Operation{"Async", &DeviceCounters::async_bytes},
    Operation{"Discard", &DeviceCounters::discard_bytes},
    Operation{"Total", &DeviceCounters::total_bytes},
    Operation{"rios", &DeviceCounters::reads},
    Operation{"wios", &DeviceCounters::writes},
};
constexpr std::array serviced_operations{Operation{"Read", &DeviceCounters::reads},
                                         Operation{"Write", &DeviceCounters::writes}};
constexpr std::array merged_operations{Operation{"Read", &DeviceCounters::reads_merged},
                                       Operation{"Write", &DeviceCounters::writes_merged}};
constexpr std::array service_time_operations{Operation{"Read", &DeviceCounters::read_ns},
                                             Operation{"Write", &DeviceCounters::write_ns},
                                             Operation{"Total", &DeviceCounters::io_ns}};
constexpr std::array queue_operations{Operation{"Total", &DeviceCounters::io_current}};

DeviceCounters* device_of(Answer& answer, const BlockEntry& entry) {
  // Podman swaps the two numbers of "MAJOR:MINOR".
  if (answer.podman) return metrics::device_of(answer.sample, entry.minor, entry.major);
  return metrics::device_of(answer.sample, entry.major, entry.minor);
}

template<const auto& operations>
bool end_entry(void* target) {
  auto& answer = *static_cast<Answer*>(target);
  const auto operation = std::ranges::find(operations, answer.entry.operation, &Operation::name);
  if (operation == operations.end()) return true;
  if (auto* device = device_of(answer, answer.entry)) device->*operation->member = answer.entry.value;
  return true;
}

// clang-format off
constexpr std::array per_cpu{json::field<Answer, add_cpu>("*")};
constexpr auto cpu_usage =
    joined(counts_in<"cpu_stats.cpu_usage">,
           std::array{json::Node{.key = "percpu_usage", .type = json::Type::array, .children = per_cpu}});
constexpr std::array cpu_stats{json::object("cpu_usage", cpu_usage),
                               json::object("throttling_data", counts_in<"cpu_stats.throttling_data">)};

// For the file cache, cgroup v1 has the cgroup's own numbers under the names that v2 uses.
constexpr auto memory_details =
    joined(counts_in<"memory_stats.stats">, std::array{
        json::into<&Answer::plain_active_file, Answer>("active_file"),
        json::into<&Answer::plain_inactive_file, Answer>("inactive_file")});
constexpr auto memory_stats =
    joined(counts_in<"memory_stats">, std::array{
        json::into<&Answer::committed, Answer>("commitbytes"),
        json::into<&Answer::committed_peak, Answer>("commitpeakbytes"),
        json::into<&Answer::private_working_set, Answer>("privateworkingset"),
        json::object("stats", memory_details)});

constexpr auto pids_stats =
    joined(counts_in<"pids_stats">, std::array{json::into<&Answer::threads_limit, Answer>("limit")});

constexpr auto network_fields = []<std::size_t... rows>(std::index_sequence<rows...>) {
  return std::array{json::field<Answer, set_network<rows>>(metrics::network_counts[rows].stats_key)...};
}(std::make_index_sequence<metrics::network_counts.size()>{});
constexpr std::array networks{
    json::Node{.key = "*", .type = json::Type::object, .begin = begin_network, .children = network_fields},
};

constexpr std::array entry_fields{
    json::field<Answer, set_entry<&BlockEntry::major>>("major"),
    json::field<Answer, set_entry<&BlockEntry::minor>>("minor"),
    json::field<Answer, set_entry<&BlockEntry::operation>>("op"),
    json::field<Answer, set_entry<&BlockEntry::value>>("value"),
};
template<const auto& operations>
constexpr std::array entries{
    json::Node{.key = "*", .type = json::Type::object, .begin = begin_entry, .end = end_entry<operations>, .children = entry_fields},
};
template<const auto& operations>
constexpr json::Node entry_list(std::string_view key) {
  return {.key = key, .type = json::Type::array, .children = entries<operations>};
}
constexpr std::array blkio_stats{
    entry_list<byte_operations>("io_service_bytes_recursive"),
    entry_list<serviced_operations>("io_serviced_recursive"),
    entry_list<merged_operations>("io_merged_recursive"),
    entry_list<service_time_operations>("io_service_time_recursive"),
    entry_list<queue_operations>("io_queue_recursive"),
};

template<Count DeviceCounters::* member>
bool set_storage(Answer& answer, const Scalar& value) {
  return json::read(value, answer.storage.*member);
}
constexpr std::array storage_stats{
    json::field<Answer, set_storage<&DeviceCounters::reads>>("read_count_normalized"),
    json::field<Answer, set_storage<&DeviceCounters::writes>>("write_count_normalized"),
    json::field<Answer, set_storage<&DeviceCounters::read_bytes>>("read_size_bytes"),
    json::field<Answer, set_storage<&DeviceCounters::write_bytes>>("write_size_bytes"),
};

constexpr std::array answer_fields{
    json::into<&Answer::read_at, Answer>("read"),
    json::into<&Answer::error_message, Answer>("message"),
    json::object("pids_stats", pids_stats),
    json::object("blkio_stats", blkio_stats),
    json::object("cpu_stats", cpu_stats),
    json::object("memory_stats", memory_stats),
    json::object("networks", networks),
    json::object("storage_stats", storage_stats),
};
constexpr auto answer_schema = json::object("", answer_fields);
// clang-format on

/// Podman does not count throttling and reports 0. Some versions report the kernel time in microseconds, and subtract
/// it from the total in nanoseconds to get the user time. The kernel counts whole microseconds. So a number of
/// nanoseconds ends in three zeros and is larger than a thousandth of the total. If a number may be either unit, it is
/// left out.
void interpret_podman_cpu(Sample& sample) {
  sample.cfs_periods = sample.cfs_throttled_periods = sample.cfs_throttled_ns = {};
  if (!sample.cpu_total_ns || !sample.cpu_system_ns || *sample.cpu_system_ns == 0) return;
  const auto total = *sample.cpu_total_ns;
  const auto system = *sample.cpu_system_ns;
  constexpr std::uint64_t per_microsecond = 1'000;
  if (system > total / per_microsecond) return;
  const bool is_micros = system % per_microsecond != 0;
  sample.cpu_system_ns = is_micros ? Count{system * per_microsecond} : Count{};
  sample.cpu_user_ns = is_micros ? Count{total - std::min(total, system * per_microsecond)} : Count{};
}

/// Sets the constants that cAdvisor shows for what this version of cgroups does not count. Those of memory are set only
/// if the container has a memory controller.
void set_constants(Sample& sample, unsigned cgroup_version, bool has_memory) {
  for (const auto& row : metrics::sample_counts) {
    const auto& place = cgroup_version == 1 ? row.cgroup_v1 : row.cgroup_v2;
    if (place.format != metrics::Format::none) continue;
    if (place.otherwise == metrics::Otherwise::zero ||
        (place.otherwise == metrics::Otherwise::zero_with_memory && has_memory))
      sample.*row.member = 0;
  }
}

/// Interprets the memory numbers. Engines on cgroup v2 leave out a failcnt of 0 and engines on v1 do not.
void interpret_memory(Answer& answer, unsigned cgroup_version) {
  auto& sample = answer.sample;
  if (!sample.memory_usage) {
    // No memory controller: the engine fills the rest with meaningless zeros.
    for (const auto& row : metrics::sample_counts) {
      if (row.stats.object.starts_with("memory_stats")) sample.*row.member = {};
    }
    return;
  }
  if (cgroup_version == 1 && !sample.memory_failcnt) sample.memory_failcnt = 0;
  if (cgroup_version != 1) sample.memory_max_usage = {};
  if (answer.podman) {
    // Podman has already subtracted inactive_file: its usage is the working set. It does not report the real usage.
    sample.memory_working_set = std::exchange(sample.memory_usage, {});
    sample.memory_failcnt = sample.memory_kernel = 0;
    sample.memory_max_usage = {};
    return;
  }
  if (!sample.memory_active_file) sample.memory_active_file = answer.plain_active_file;
  if (!sample.memory_inactive_file) sample.memory_inactive_file = answer.plain_inactive_file;
  metrics::set_working_set(sample);
}

/// The engine leaves out the numbers that are 0, so any of them shows that there is storage.
void keep_storage(DeviceCounters& storage, Sample& sample) {
  constexpr std::array members{&DeviceCounters::read_bytes, &DeviceCounters::write_bytes, &DeviceCounters::reads,
                               &DeviceCounters::writes};
  if (std::ranges::none_of(members, [&](auto member) { return (storage.*member).has_value(); })) return;
  for (const auto member : members)
    storage.*member = (storage.*member).value_or(0);
  sample.devices.push_back(storage);
}

/// Windows counts CPU time in units of 100 ns, has its own kinds of memory, and reports storage as a whole.
void interpret_windows(Answer& answer) {
  auto& sample = answer.sample;
  constexpr std::uint64_t unit_ns = 100;
  for (auto Sample::* const member : {&Sample::cpu_total_ns, &Sample::cpu_user_ns, &Sample::cpu_system_ns}) {
    if (const Count value = sample.*member) sample.*member = *value * unit_ns;
  }
  sample.cfs_periods = sample.cfs_throttled_periods = sample.cfs_throttled_ns = {};
  sample.memory_usage = answer.committed;
  sample.memory_max_usage = answer.committed_peak;
  sample.memory_working_set = answer.private_working_set;
  sample.threads = sample.threads_max = {};
  keep_storage(answer.storage, sample);
}

/// Engines on cgroup v2 report "unlimited" as 2^64-1. Engines on v1 leave it out. cAdvisor shows 0. Podman always
/// reports 0, whatever the limit is.
void interpret_threads(Answer& answer) {
  if (answer.sample.threads && !answer.podman) answer.sample.threads_max = answer.threads_limit.value_or(0);
}

void sort_networks(Answer& answer) {
  auto& networks_read = answer.sample.networks;
  std::ranges::sort(networks_read, {}, &NetworkCounters::interface);
  const auto surplus = std::ranges::unique(networks_read, {}, &NetworkCounters::interface);
  networks_read.erase(surplus.begin(), surplus.end());
  networks_read.shrink_to_fit();
}

}  // namespace

Result<std::optional<Sample>> parse_stats(const Engine& engine, std::string_view body) {
  Answer answer;
  answer.podman = engine.podman;
  if (auto read = json::read_all(answer_schema, &answer, body); !read) return std::unexpected{std::move(read).error()};
  if (answer.read_at.empty()) {
    if (answer.error_message.empty()) return fail(Code::malformed, "the answer has no 'read' time");
    return fail(Code::refused, printable(answer.error_message, limits::error_quote_bytes_max));
  }
  const auto read_at = parse_rfc3339(answer.read_at);
  if (!read_at) return fail(Code::malformed, "'read' is not a time");
  if (*read_at == 0) return std::nullopt;
  if (engine.windows) {
    interpret_windows(answer);
  } else {
    if (engine.podman) interpret_podman_cpu(answer.sample);
    const bool has_memory = answer.sample.memory_usage.has_value();
    interpret_memory(answer, engine.cgroup_version);
    set_constants(answer.sample, engine.cgroup_version, has_memory);
    interpret_threads(answer);
  }
  sort_networks(answer);
  answer.sample.cpu_each_ns.shrink_to_fit();
  answer.sample.devices.shrink_to_fit();
  return std::move(answer.sample);
}

}  // namespace cspy::docker
