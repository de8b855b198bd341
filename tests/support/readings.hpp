// Readings for tests that need one, not an engine.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "metrics/counts.hpp"
#include "metrics/details.hpp"
#include "metrics/reading.hpp"
#include "metrics/selection.hpp"
#include "metrics/visit.hpp"

namespace cspy::test {

inline constexpr UnixNanos second = nanos_per_second;
inline constexpr UnixNanos started_at = 1'795'000'000 * second;

/// The identity of the agent of the tests.
inline metrics::IdentityPtr make_identity(std::string instance = "tests") {
  return std::make_shared<const KeyValues>(
      KeyValues{{"service.name", "containerspy"}, {"service.instance.id", std::move(instance)}});
}

inline std::shared_ptr<const metrics::Container> make_container(std::string id, std::string name,
                                                                UnixNanos started = started_at) {
  metrics::Container container;
  container.labels =
      metrics::LabelSet{{{"id", "/docker/" + id}, {"image", "bb:1"}, {"name", name}, {"container_label_app", "shop"}}};
  container.id = std::move(id);
  container.name = std::move(name);
  container.created = started - 2 * second;
  container.started = started;
  container.limits = {.memory_bytes = 134'217'728,
                      .memory_swap_bytes = 67'108'864,
                      .memory_reservation_bytes = 33'554'432,
                      .cpu_period_us = 100'000,
                      .cpu_quota_us = 50'000,
                      .cpu_shares = 2'597,
                      .open_files_soft = 1'024};
  container.lifecycle = {.state = metrics::State::running,
                         .restart_count = 2,
                         .exit_code = 137,
                         .finished = started - second,
                         .failing_streak = 1,
                         .image_id = "sha256:f00d",
                         .image_digest = "sha256:beef"};
  return std::make_shared<const metrics::Container>(std::move(container));
}

/// The same as another subject: one that has the metrics of `group`.
inline std::shared_ptr<const metrics::Container> make_subject_of(metrics::Group group) {
  auto container = *make_container("a1", "web");
  for (unsigned subject = 0; subject < metrics::subject_count; ++subject) {
    container.subject = static_cast<metrics::Subject>(subject);
    if (metrics::row_of(group).has(container.subject)) break;
  }
  return std::make_shared<const metrics::Container>(std::move(container));
}

inline metrics::DeviceCounters full_device() {
  metrics::DeviceCounters device;
  device.major = 8;
  device.device = "/dev/sda";
  device.read_bytes = 31;
  device.write_bytes = 32;
  device.reads = 33;
  device.writes = 34;
  device.reads_merged = 35;
  device.writes_merged = 36;
  device.sectors_read = 37;
  device.sectors_written = 38;
  device.read_ns = 39'000'000;
  device.write_ns = 40'000'000;
  device.io_ns = 41'000'000;
  device.weighted_ns = 42'000'000;
  device.io_current = 1;
  device.cost_usage_us = 43'000;
  device.cost_wait_us = 44'000;
  device.cost_indebt_us = 45'000;
  device.cost_indelay_us = 46'000;
  return device;
}

/// Of each kind one that has a row, with its labels.
inline void add_details(metrics::Sample& sample) {
  using enum metrics::Tail;
  metrics::add_detail(sample, memory_numa_pages, {"anon", "container", "0"}, 61);
  metrics::add_detail(sample, memory_migrate, {}, 1);
  metrics::add_detail(sample, hugetlb_usage, {"2MB"}, 62);
  metrics::add_detail(sample, hugetlb_max_usage, {"2MB"}, 63);
  metrics::add_detail(sample, hugetlb_failcnt, {"2MB"}, 64);
  metrics::add_detail(sample, tcp_usage, {"established"}, 51);
  metrics::add_detail(sample, tcp6_usage, {"listen"}, 52);
  metrics::add_detail(sample, udp_usage, {"listen"}, 53);
  metrics::add_detail(sample, udp6_usage, {"dropped"}, 54);
  metrics::add_detail(sample, advanced_tcp, {"maxconn"}, static_cast<std::uint64_t>(-1));
  metrics::add_detail(sample, advanced_tcp, {"tcptimeouts"}, 55);
  metrics::add_detail(sample, schedstat_run_ns, {}, 56'000'000'000);
  metrics::add_detail(sample, schedstat_runqueue_ns, {}, 57'000'000);
  metrics::add_detail(sample, schedstat_periods, {}, 58);
  metrics::add_detail(sample, file_descriptors, {}, 59);
  metrics::add_detail(sample, sockets, {}, 60);
  metrics::add_detail(sample, version_info, {"", "0.2.0", "28.5.2", "6.1.0", "Debian GNU/Linux 12 (bookworm)"}, 1);
  metrics::add_detail(sample, engine_info, {"docker", "28.5.2", "1.51", "overlay2", "systemd", "2", "false"}, 1);
  metrics::add_detail(sample, scrape_error, {}, 0);
  metrics::add_detail(sample, machine_scrape_error, {}, 0);
  metrics::add_detail(sample, machine_cpu_cores, {}, 61);
  metrics::add_detail(sample, machine_cpu_physical_cores, {}, 62);
  metrics::add_detail(sample, machine_cpu_sockets, {}, 63);
  metrics::add_detail(sample, machine_memory_bytes, {}, 64);
  metrics::add_detail(sample, machine_swap_bytes, {}, 65);
  metrics::add_detail(sample, fs_usage_bytes, {"/dev/sda"}, 71);
  metrics::add_detail(sample, fs_limit_bytes, {"/dev/sda"}, 72);
  metrics::add_detail(sample, fs_inodes_free, {"/dev/sda"}, 0);
  metrics::add_detail(sample, engine_disk_usage_bytes, {"images"}, 73);
  metrics::add_detail(sample, engine_disk_reclaimable_bytes, {"images"}, 74);
  metrics::add_detail(sample, engine_disk_objects, {"images"}, 75);
  metrics::add_detail(sample, self_build, {"0.3.0"}, 1);
  metrics::add_detail(sample, self_engine_requests, {"stats", "answered"}, 76);
  metrics::add_detail(sample, self_engine_request_time, {"stats"}, 77'000'000);
  metrics::add_detail(sample, self_containers, {"read"}, 78);
  metrics::add_detail(sample, self_events, {"read"}, 79);
  metrics::add_detail(sample, self_export_requests, {"accepted"}, 80);
  metrics::add_detail(sample, self_export_rounds, {"sent"}, 81);
  metrics::add_detail(sample, self_export_points, {"sent"}, 82);
  metrics::add_detail(sample, self_export_last_success, {}, 1'795'000'083'000'000'000);
  metrics::add_detail(sample, self_queue_age, {}, 84'000'000'000);
  std::uint64_t value = 85;
  for (const auto what : {self_rounds, self_rounds_skipped, self_readings, self_reading_time, self_last_reading_time,
                          self_engine_connections, self_export_bytes, self_queue_rounds, self_queue_bytes,
                          self_queue_limit, self_log_lines_lost})
    metrics::add_detail(sample, what, {}, value++);
  metrics::sort_details(sample);
}

/// Every field of the sample present, each with another value; one device, one interface.
inline metrics::Sample full_sample() {
  metrics::Sample sample;
  for (const auto& row : metrics::sample_counts)
    sample.*row.member = 5'000 + row.number;
  sample.cpu_total_ns = 3'500'000'000;
  sample.cpu_user_ns = 2'000'000'000;
  sample.cpu_system_ns = 1'500'000'000;
  sample.cfs_periods = 11;
  sample.cfs_throttled_periods = 12;
  sample.cfs_throttled_ns = 13'000'000;
  sample.cfs_burst_periods = 14;
  sample.cfs_burst_ns = 15'000'000;
  sample.memory_usage = 1'001;
  sample.memory_working_set = 1'002;
  sample.memory_rss = 1'003;
  sample.memory_cache = 1'004;
  sample.memory_mapped_file = 1'005;
  sample.page_faults = 1'006;
  sample.major_page_faults = 1'007;
  sample.memory_active_file = 1'008;
  sample.memory_inactive_file = 1'009;
  sample.memory_file_dirty = 1'010;
  sample.memory_file_writeback = 1'011;
  sample.memory_swap = 1'012;
  sample.memory_max_usage = 1'013;
  sample.memory_kernel = 1'014;
  sample.memory_failcnt = 1'015;
  sample.memory_events_high = 1'016;
  sample.memory_events_max = 1'017;
  sample.memory_pgscan = 1'018;
  sample.memory_pgsteal = 1'019;
  sample.refaults_file = 1'020;
  sample.refaults_anon = 1'021;
  sample.oom_events = 3;
  sample.cpu_waiting_us = 2'001'000;
  sample.cpu_stalled_us = 2'002'000;
  sample.memory_waiting_us = 2'003'000;
  sample.memory_stalled_us = 2'004'000;
  sample.io_waiting_us = 2'005'000;
  sample.io_stalled_us = 2'006'000;
  sample.threads = 21;
  sample.threads_max = 22;
  sample.processes = 5;
  sample.devices.push_back(full_device());
  metrics::NetworkCounters network;
  network.interface = "eth0";
  network.receive_bytes = 41;
  network.receive_packets = 42;
  network.receive_errors = 43;
  network.receive_dropped = 44;
  network.transmit_bytes = 45;
  network.transmit_packets = 46;
  network.transmit_errors = 47;
  network.transmit_dropped = 48;
  sample.networks.push_back(network);
  add_details(sample);
  sample.health = metrics::Health::healthy;
  return sample;
}

/// Measured with the metrics that are on by default.
inline metrics::ReadingPtr make_reading(std::shared_ptr<const metrics::Container> container,
                                        metrics::Sample sample = full_sample()) {
  metrics::Reading reading{.container = std::move(container), .sample = std::move(sample)};
  metrics::measure(reading, {});
  return std::make_shared<const metrics::Reading>(std::move(reading));
}

/// The series that end, as "name{own label values}".
class SeriesList final : public metrics::PointSink {
 public:
  void point(metrics::Number value, metrics::LabelValues labels) override {
    std::string text{metric};
    for (const auto label : labels)
      text.append("|").append(label);
    series.push_back(text);
    values[text] = value;
  }
  std::string metric;
  std::vector<std::string> series;
  std::map<std::string, metrics::Number> values;
};

inline SeriesList series_of(const metrics::Reading& reading) {
  SeriesList list;
  for (const auto& metric : metrics::catalogue()) {
    list.metric = metric.name;
    metrics::visit(metric, reading, started_at + 60 * second, list);
  }
  return list;
}

/// Of the groups that are on by default, which is what make_reading() measures.
inline std::vector<std::string> series_ended(const metrics::Ending& ending) {
  SeriesList list;
  const metrics::Selection wanted;
  for (const auto& metric : metrics::catalogue()) {
    if (!wanted.has(metric)) continue;
    list.metric = metric.name;
    metrics::visit_ended(metric, ending, started_at + 60 * second, list);
  }
  return list.series;
}

}  // namespace cspy::test
