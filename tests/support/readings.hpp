// Readings for tests that need one, not an engine.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "metrics/reading.hpp"
#include "metrics/visit.hpp"

namespace cspy::test {

inline constexpr UnixNanos second = nanos_per_second;
inline constexpr UnixNanos started_at = 1'795'000'000 * second;

inline std::shared_ptr<const metrics::Container> make_container(std::string id, std::string name,
                                                                UnixNanos started = started_at) {
  metrics::Container container;
  container.labels =
      metrics::LabelSet{{{"id", "/docker/" + id}, {"image", "bb:1"}, {"name", name}, {"container_label_app", "shop"}}};
  container.id = std::move(id);
  container.name = std::move(name);
  container.created = started - 2 * second;
  container.started = started;
  container.limits = {
      .memory_bytes = 134'217'728, .cpu_period_us = 100'000, .cpu_quota_us = 50'000, .cpu_shares = 2'597};
  return std::make_shared<const metrics::Container>(std::move(container));
}

/// Every field of the sample present, each with another value; one device, one interface.
inline metrics::Sample full_sample() {
  metrics::Sample sample;
  sample.cpu_total_ns = 3'500'000'000;
  sample.cpu_user_ns = 2'000'000'000;
  sample.cpu_system_ns = 1'500'000'000;
  sample.cfs_periods = 11;
  sample.cfs_throttled_periods = 12;
  sample.cfs_throttled_ns = 13'000'000;
  sample.memory_usage = 1'001;
  sample.memory_working_set = 1'002;
  sample.memory_rss = 1'003;
  sample.memory_cache = 1'004;
  sample.memory_mapped_file = 1'005;
  sample.page_faults = 1'006;
  sample.major_page_faults = 1'007;
  sample.threads = 21;
  sample.threads_max = 22;
  sample.devices.push_back({.major = 8, .minor = 0, .device = "/dev/sda", .read_bytes = 31, .write_bytes = 32});
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
  sample.health = metrics::Health::healthy;
  return sample;
}

inline metrics::ReadingPtr make_reading(std::shared_ptr<const metrics::Container> container,
                                        metrics::Sample sample = full_sample()) {
  metrics::Reading reading{.container = std::move(container), .sample = std::move(sample)};
  metrics::measure(reading);
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

inline std::vector<std::string> series_ended(const metrics::Ending& ending) {
  SeriesList list;
  for (const auto& metric : metrics::catalogue()) {
    list.metric = metric.name;
    metrics::visit_ended(metric, ending, started_at + 60 * second, list);
  }
  return list.series;
}

}  // namespace cspy::test
