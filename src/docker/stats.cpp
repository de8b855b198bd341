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

/// What an answer has, before any arithmetic.
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

// Members of the sample, stored directly.

template<Count Sample::* member>
bool set_count(Answer& answer, const Scalar& value) {
  return json::read(value, answer.sample.*member);
}

template<Count Sample::* member>
constexpr json::Node count(std::string_view key) {
  return json::field<Answer, set_count<member>>(key);
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

template<Count NetworkCounters::* member>
bool set_network(Answer& answer, const Scalar& value) {
  return json::read(value, answer.sample.networks.back().*member);
}

template<Count NetworkCounters::* member>
constexpr json::Node network(std::string_view key) {
  return json::field<Answer, set_network<member>>(key);
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

/// What an operation of a list counts. cgroup v1 engines write "Read", v2 ones "read"; Podman has operations and bytes
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
  // Podman reads "MAJOR:MINOR" the wrong way round.
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
constexpr std::array cpu_usage{
    count<&Sample::cpu_total_ns>("total_usage"),
    count<&Sample::cpu_user_ns>("usage_in_usermode"),
    count<&Sample::cpu_system_ns>("usage_in_kernelmode"),
    json::Node{.key = "percpu_usage", .type = json::Type::array, .children = per_cpu},
};
constexpr std::array throttling{
    count<&Sample::cfs_periods>("periods"),
    count<&Sample::cfs_throttled_periods>("throttled_periods"),
    count<&Sample::cfs_throttled_ns>("throttled_time"),
};
constexpr std::array cpu_stats{json::object("cpu_usage", cpu_usage), json::object("throttling_data", throttling)};

/// cgroup v1 has each number twice: the container's own and, as total_*, with its children, which is what cAdvisor shows.
/// Its page faults are the exception.
constexpr std::array memory_details{
    count<&Sample::memory_rss>("anon"),
    count<&Sample::memory_rss>("total_rss"),
    count<&Sample::memory_cache>("file"),
    count<&Sample::memory_cache>("total_cache"),
    count<&Sample::memory_mapped_file>("file_mapped"),
    count<&Sample::memory_mapped_file>("total_mapped_file"),
    count<&Sample::page_faults>("pgfault"),
    count<&Sample::major_page_faults>("pgmajfault"),
    json::into<&Answer::plain_active_file, Answer>("active_file"),
    count<&Sample::memory_active_file>("total_active_file"),
    json::into<&Answer::plain_inactive_file, Answer>("inactive_file"),
    count<&Sample::memory_inactive_file>("total_inactive_file"),
    count<&Sample::memory_file_dirty>("file_dirty"),
    count<&Sample::memory_file_writeback>("file_writeback"),
    count<&Sample::memory_pgscan>("pgscan"),
    count<&Sample::memory_pgsteal>("pgsteal"),
};
constexpr std::array memory_stats{
    count<&Sample::memory_usage>("usage"),
    count<&Sample::memory_max_usage>("max_usage"),
    count<&Sample::memory_failcnt>("failcnt"),
    json::into<&Answer::committed, Answer>("commitbytes"),
    json::into<&Answer::committed_peak, Answer>("commitpeakbytes"),
    json::into<&Answer::private_working_set, Answer>("privateworkingset"),
    json::object("stats", memory_details),
};

constexpr std::array pids_stats{count<&Sample::threads>("current"), json::into<&Answer::threads_limit, Answer>("limit")};

constexpr std::array network_fields{
    network<&NetworkCounters::receive_bytes>("rx_bytes"),
    network<&NetworkCounters::receive_packets>("rx_packets"),
    network<&NetworkCounters::receive_errors>("rx_errors"),
    network<&NetworkCounters::receive_dropped>("rx_dropped"),
    network<&NetworkCounters::transmit_bytes>("tx_bytes"),
    network<&NetworkCounters::transmit_packets>("tx_packets"),
    network<&NetworkCounters::transmit_errors>("tx_errors"),
    network<&NetworkCounters::transmit_dropped>("tx_dropped"),
};
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

/// Podman counts no throttling and says 0. Its kernel time is in microseconds in some versions, where it takes that
/// from the total in nanoseconds to get the user time. The kernel counts whole microseconds, so a number of nanoseconds
/// ends in three zeros and is no thousandth of the total; where a number may be either, it is left out.
void finish_podman_cpu(Sample& sample) {
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

/// What the answer's memory means. cgroup v2 engines leave out a failcnt of 0, and what they have under that name is
/// another number than cAdvisor's, which is always 0 there; v1 ones have no zeros for what only v2 counts.
void finish_memory(Answer& answer, unsigned cgroup_version) {
  auto& sample = answer.sample;
  if (!sample.memory_usage) {
    // No memory controller: the engine fills the rest with zeros that mean nothing.
    sample.memory_rss = sample.memory_cache = sample.memory_mapped_file = {};
    sample.page_faults = sample.major_page_faults = sample.memory_max_usage = sample.memory_failcnt = {};
    sample.memory_active_file = sample.memory_inactive_file = {};
    sample.memory_file_dirty = sample.memory_file_writeback = sample.memory_pgscan = sample.memory_pgsteal = {};
    return;
  }
  if (answer.podman) {
    // Podman has taken inactive_file off already: what it calls usage is the working set, and usage is not told.
    sample.memory_working_set = std::exchange(sample.memory_usage, {});
    sample.memory_failcnt = sample.memory_kernel = 0;
    sample.memory_max_usage = {};
    return;
  }
  if (!sample.memory_active_file) sample.memory_active_file = answer.plain_active_file;
  if (!sample.memory_inactive_file) sample.memory_inactive_file = answer.plain_inactive_file;
  metrics::set_working_set(sample);
  if (cgroup_version == 1) {
    sample.memory_events_high = sample.memory_events_max = 0;
    sample.memory_file_dirty = sample.memory_file_writeback = sample.memory_pgscan = sample.memory_pgsteal = 0;
    if (!sample.memory_failcnt) sample.memory_failcnt = 0;
  } else {
    sample.memory_failcnt = sample.memory_kernel = 0;
    sample.memory_max_usage = {};
  }
}

/// cgroup v1 knows neither bursts nor pressure, and cAdvisor shows 0.
void finish_cgroup_v1(Sample& sample) {
  sample.cfs_burst_periods = sample.cfs_burst_ns = 0;
  sample.cpu_waiting_us = sample.cpu_stalled_us = 0;
  sample.memory_waiting_us = sample.memory_stalled_us = 0;
  sample.io_waiting_us = sample.io_stalled_us = 0;
}

/// Windows counts CPU time in units of 100 ns, has memory of its own kinds, and storage as a whole.
void finish_windows(Answer& answer) {
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
  if (answer.storage.read_bytes) sample.devices.push_back(answer.storage);
}

/// 2^64-1 is how cgroup v2 engines say "unlimited"; v1 ones leave it out. cAdvisor shows 0. Podman says 0
/// whatever the limit is.
void finish_threads(Answer& answer) {
  if (answer.sample.threads && !answer.podman) answer.sample.threads_max = answer.threads_limit.value_or(0);
}

void finish_networks(Answer& answer) {
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
    finish_windows(answer);
  } else {
    if (engine.podman) finish_podman_cpu(answer.sample);
    finish_memory(answer, engine.cgroup_version);
    finish_threads(answer);
    if (engine.cgroup_version == 1) finish_cgroup_v1(answer.sample);
  }
  finish_networks(answer);
  answer.sample.cpu_each_ns.shrink_to_fit();
  answer.sample.devices.shrink_to_fit();
  return std::move(answer.sample);
}

}  // namespace cspy::docker
