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

namespace cspy::docker {
namespace {

using json::Scalar;
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
  Count inactive_file, total_inactive_file, threads_limit;
  BlockEntry entry;
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

/// What cAdvisor leaves out: loopback, and the host's ends of container networks.
bool is_ignored_interface(std::string_view name) {
  std::string lower{name.substr(0, 8)};
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower.starts_with("lo") || lower.starts_with("veth") || lower.starts_with("docker") ||
         lower.starts_with("nerdctl");
}

bool begin_network(void* target, std::string_view key) {
  auto& networks = static_cast<Answer*>(target)->sample.networks;
  if (is_ignored_interface(key) || networks.size() >= limits::networks_max) return false;
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

/// cgroup v1 engines write "Read", v2 ones "read"; all else (Sync, Total, Podman's raw rios...) is not bytes moved.
bool end_entry(void* target) {
  auto& answer = *static_cast<Answer*>(target);
  const auto& entry = answer.entry;
  const bool reads = entry.operation == "read" || entry.operation == "Read";
  const bool writes = entry.operation == "write" || entry.operation == "Write";
  if (!reads && !writes) return true;
  // Podman reads "MAJOR:MINOR" the wrong way round.
  const auto major = answer.podman ? entry.minor : entry.major;
  const auto minor = answer.podman ? entry.major : entry.minor;
  auto& devices = answer.sample.devices;
  auto device = std::ranges::find_if(devices, [&](const auto& d) { return d.major == major && d.minor == minor; });
  if (device == devices.end()) {
    if (devices.size() >= limits::devices_max) return true;
    device =
        devices.insert(device, {.major = major, .minor = minor, .device = {}, .read_bytes = {}, .write_bytes = {}});
  }
  (reads ? device->read_bytes : device->write_bytes) = entry.value;
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
    json::into<&Answer::inactive_file, Answer>("inactive_file"),
    json::into<&Answer::total_inactive_file, Answer>("total_inactive_file"),
};
constexpr std::array memory_stats{count<&Sample::memory_usage>("usage"), json::object("stats", memory_details)};

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
constexpr std::array entries{
    json::Node{.key = "*", .type = json::Type::object, .begin = begin_entry, .end = end_entry, .children = entry_fields},
};
constexpr std::array blkio_stats{
    json::Node{.key = "io_service_bytes_recursive", .type = json::Type::array, .children = entries},
};

constexpr std::array answer_fields{
    json::into<&Answer::read_at, Answer>("read"),
    json::into<&Answer::error_message, Answer>("message"),
    json::object("pids_stats", pids_stats),
    json::object("blkio_stats", blkio_stats),
    json::object("cpu_stats", cpu_stats),
    json::object("memory_stats", memory_stats),
    json::object("networks", networks),
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

void finish_memory(Answer& answer) {
  auto& sample = answer.sample;
  if (!sample.memory_usage) {
    // No memory controller: the engine fills the rest with zeros that mean nothing.
    sample.memory_rss = sample.memory_cache = sample.memory_mapped_file = {};
    sample.page_faults = sample.major_page_faults = {};
    return;
  }
  if (answer.podman) {
    // Podman has taken inactive_file off already: what it calls usage is the working set, and usage is not told.
    sample.memory_working_set = std::exchange(sample.memory_usage, {});
    return;
  }
  const auto inactive = answer.total_inactive_file ? answer.total_inactive_file : answer.inactive_file;
  if (!inactive) return;
  const auto usage = *sample.memory_usage;
  sample.memory_working_set = usage - std::min(usage, *inactive);
}

/// 2^64-1 is how cgroup v2 engines say "unlimited"; v1 ones leave it out. cAdvisor shows 0.
void finish_threads(Answer& answer) {
  if (answer.sample.threads) answer.sample.threads_max = answer.threads_limit.value_or(0);
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
  if (engine.podman) finish_podman_cpu(answer.sample);
  finish_memory(answer);
  finish_threads(answer);
  finish_networks(answer);
  answer.sample.cpu_each_ns.shrink_to_fit();
  answer.sample.devices.shrink_to_fit();
  return std::move(answer.sample);
}

}  // namespace cspy::docker
