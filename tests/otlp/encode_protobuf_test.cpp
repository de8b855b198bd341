// The bytes, decoded by Google's protobuf library and by our own decoder: both must find the same points.
#include "otlp/encode_protobuf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "otlp.pb.h"
#include "tests/fakes/otlp_decode.hpp"
#include "tests/support/readings.hpp"

namespace cspy::otlp {
namespace {

using test::make_container;
using test::make_reading;
using test::second;
using test::started_at;

constexpr UnixNanos now = started_at + 60 * second;
const Resource resource{{"service.name", "containerspy"}, {"host.name", "k\xC3\xA4se"}};

otlp_test::ExportMetricsServiceRequest google(std::string_view body) {
  otlp_test::ExportMetricsServiceRequest request;
  EXPECT_TRUE(request.ParseFromArray(body.data(), static_cast<int>(body.size())));
  return request;
}

const otlp_test::Metric* find(const otlp_test::ExportMetricsServiceRequest& request, const std::string& name) {
  for (const auto& metric : request.resource_metrics(0).scope_metrics(0).metrics()) {
    if (metric.name() == name) return &metric;
  }
  return nullptr;
}

std::string attribute(const otlp_test::NumberDataPoint& point, const std::string& key) {
  for (const auto& entry : point.attributes()) {
    if (entry.key() == key) return entry.value().string_value();
  }
  return "-";
}

/// Everything in a request, one line a point, so that two decoders can be compared.
std::multiset<std::string> lines(const otlp_test::ExportMetricsServiceRequest& request) {
  std::multiset<std::string> result;
  for (const auto& metric : request.resource_metrics(0).scope_metrics(0).metrics()) {
    const auto& points = metric.has_sum() ? metric.sum().data_points() : metric.gauge().data_points();
    for (const auto& point : points) {
      std::map<std::string, std::string> attributes;
      for (const auto& entry : point.attributes())
        attributes[entry.key()] = entry.value().string_value();
      auto line = metric.name() + metric.unit() + metric.description() +
                  (metric.sum().is_monotonic() ? "sum" : "gauge") + std::to_string(point.start_time_unix_nano()) + " " +
                  std::to_string(point.time_unix_nano()) + " " + std::to_string(point.flags());
      if (point.has_as_int()) line += " int " + std::to_string(point.as_int());
      if (point.has_as_double()) line += " double " + std::to_string(point.as_double());
      for (const auto& [key, value] : attributes)
        line.append(" ").append(key).append("=").append(value);
      result.insert(line);
    }
  }
  return result;
}

std::multiset<std::string> lines(const fakes::DecodedRequest& request) {
  std::multiset<std::string> result;
  for (const auto& metric : request.metrics) {
    for (const auto& point : metric.points) {
      auto line = metric.name + metric.unit + metric.description + (metric.monotonic ? "sum" : "gauge") +
                  std::to_string(point.start) + " " + std::to_string(point.time) + " " + std::to_string(point.flags);
      if (const auto* whole = std::get_if<std::int64_t>(&point.value)) line += " int " + std::to_string(*whole);
      if (const auto* real = std::get_if<double>(&point.value)) line += " double " + std::to_string(*real);
      for (const auto& [key, value] : point.attributes)
        line.append(" ").append(key).append("=").append(value);
      result.insert(line);
    }
  }
  return result;
}

struct EncodeTest : testing::Test {
  otlp_test::ExportMetricsServiceRequest encode(const Batch& batch) { return google(encoder.encode(resource, batch)); }
  ProtobufEncoder encoder;
};

TEST_F(EncodeTest, CarriesResourceScopeAndMetrics) {
  const std::vector readings{make_reading(make_container("a1", "web"))};
  const auto request = encode({.time = now, .readings = readings, .endings = {}});
  ASSERT_EQ(request.resource_metrics_size(), 1);
  const auto& attributes = request.resource_metrics(0).resource().attributes();
  ASSERT_EQ(attributes.size(), 2);
  EXPECT_EQ(attributes[0].key(), "service.name");
  EXPECT_EQ(attributes[1].value().string_value(), "k\xC3\xA4se");
  EXPECT_EQ(request.resource_metrics(0).scope_metrics(0).scope().name(), "containerspy");
  EXPECT_EQ(request.resource_metrics(0).scope_metrics(0).scope().version(), "")
      << "some receivers make it a label of every series, and an upgrade would rename them all";
  const auto sent = std::ranges::count_if(metrics::catalogue(), [](const metrics::Metric& metric) {
    return metrics::Selection{}.has(metric) && metrics::row_of(metric.group).has(metrics::Subject::container);
  });
  EXPECT_EQ(request.resource_metrics(0).scope_metrics(0).metrics_size(), sent);
}

TEST_F(EncodeTest, WritesCountersAsCumulativeSumsSinceTheContainersStart) {
  const std::vector readings{make_reading(make_container("a1", "web"))};
  const auto request = encode({.time = now, .readings = readings, .endings = {}});
  const auto* metric = find(request, "container_cpu_usage_seconds_total");
  ASSERT_NE(metric, nullptr);
  EXPECT_EQ(metric->unit(), "s");
  EXPECT_TRUE(metric->sum().is_monotonic());
  EXPECT_EQ(metric->sum().aggregation_temporality(), 2);
  const auto& point = metric->sum().data_points(0);
  EXPECT_EQ(point.start_time_unix_nano(), started_at);
  EXPECT_EQ(point.time_unix_nano(), now);
  EXPECT_EQ(point.as_double(), 3.5);
  EXPECT_EQ(attribute(point, "cpu"), "total");
  EXPECT_EQ(attribute(point, "id"), "/docker/a1");
  EXPECT_EQ(attribute(point, "name"), "web");
  EXPECT_EQ(attribute(point, "container_label_app"), "shop");
}

TEST_F(EncodeTest, WritesGaugesWithoutAStart) {
  const std::vector readings{make_reading(make_container("a1", "web"))};
  const auto request = encode({.time = now, .readings = readings, .endings = {}});
  const auto* metric = find(request, "container_memory_usage_bytes");
  ASSERT_NE(metric, nullptr);
  ASSERT_TRUE(metric->has_gauge());
  EXPECT_EQ(metric->unit(), "By");
  EXPECT_EQ(metric->gauge().data_points(0).start_time_unix_nano(), 0U);
  EXPECT_EQ(metric->gauge().data_points(0).as_int(), 1'001);
  EXPECT_EQ(find(request, "container_health_state")->gauge().data_points(0).as_int(), 1);
  EXPECT_EQ(find(request, "container_memory_rss")->unit(), "") << "a unit would rename it at the receiver";
}

TEST_F(EncodeTest, WritesNegativeAndHugeNumbers) {
  auto sample = test::full_sample();
  sample.health = metrics::Health::none;
  sample.page_faults = 18'446'744'073'709'551'614U;
  const std::vector readings{make_reading(make_container("a1", "web"), sample)};
  const auto request = encode({.time = now, .readings = readings, .endings = {}});
  EXPECT_EQ(find(request, "container_health_state")->gauge().data_points(0).as_int(), -1);
  EXPECT_EQ(find(request, "container_memory_failures_total")->sum().data_points(0).as_double(),
            18'446'744'073'709'551'614.0);
}

TEST_F(EncodeTest, EndsSeriesWithoutAValue) {
  const auto reading = make_reading(make_container("a1", "web"));
  const std::vector<metrics::Ending> endings{{.last = reading, .now = nullptr}};
  const auto request = encode({.time = now, .readings = {}, .endings = endings});
  std::size_t points = 0;
  for (const auto& metric : request.resource_metrics(0).scope_metrics(0).metrics()) {
    for (const auto& point : metric.has_sum() ? metric.sum().data_points() : metric.gauge().data_points()) {
      EXPECT_EQ(point.flags(), 1U) << metric.name();
      EXPECT_EQ(point.value_case(), otlp_test::NumberDataPoint::VALUE_NOT_SET);
      EXPECT_EQ(point.time_unix_nano(), now);
      EXPECT_EQ(attribute(point, "name"), "web");
      ++points;
    }
  }
  EXPECT_EQ(points, reading->points);
}

TEST_F(EncodeTest, NeverStartsAfterItsOwnTime) {
  const std::vector readings{make_reading(make_container("a1", "web", now + 5 * second))};
  const auto request = encode({.time = now, .readings = readings, .endings = {}});
  EXPECT_EQ(find(request, "container_cpu_usage_seconds_total")->sum().data_points(0).start_time_unix_nano(), now);
}

TEST_F(EncodeTest, ClaimsNoStartForCountersThatAreOlderThanTheContainer) {
  auto container = *make_container("a1", "web");
  container.shares_network = true;
  auto sample = test::full_sample();
  const auto start_of = [&](const std::string& name) {
    const std::vector readings{make_reading(std::make_shared<const metrics::Container>(container), sample)};
    return find(encode({.time = now, .readings = readings, .endings = {}}), name)
        ->sum()
        .data_points(0)
        .start_time_unix_nano();
  };
  EXPECT_EQ(start_of("container_fs_io_time_seconds_total"), 0U) << "a day of I/O in a container of ten seconds";
  EXPECT_EQ(start_of("container_network_receive_bytes_total"), 0U);
  sample.booted = started_at - 86'400 * second;
  EXPECT_EQ(start_of("container_fs_io_time_seconds_total"), sample.booted);
  EXPECT_EQ(start_of("container_network_receive_bytes_total"), sample.booted);
}

TEST_F(EncodeTest, LeavesOutEmptyLabelsAndMetricsWithoutPoints) {
  auto sample = test::full_sample();
  sample.devices[0].device.clear();
  sample.networks.clear();
  const std::vector readings{make_reading(make_container("a1", "web"), sample)};
  const auto request = encode({.time = now, .readings = readings, .endings = {}});
  EXPECT_EQ(attribute(find(request, "container_fs_reads_bytes_total")->sum().data_points(0), "device"), "-");
  EXPECT_EQ(find(request, "container_network_receive_bytes_total"), nullptr);
}

TEST_F(EncodeTest, IsReadAlikeByTwoDecoders) {
  std::vector<metrics::ReadingPtr> readings;
  std::vector<metrics::Ending> endings;
  for (int i = 0; i < 40; ++i) {
    metrics::Container container =
        *make_container("id" + std::to_string(i), "name" + std::string(static_cast<std::size_t>(i) * 11, 'n'));
    container.labels =
        metrics::LabelSet{{{"id", container.id},
                           {"name", container.name},
                           {"container_label_long", std::string(static_cast<std::size_t>(i) * 97, 'x')}}};
    const auto reading = make_reading(std::make_shared<const metrics::Container>(container));
    if (i % 3 == 0) {
      endings.push_back({.last = reading, .now = nullptr});
    } else {
      readings.push_back(reading);
    }
  }
  const Batch batch{.time = now, .readings = readings, .endings = endings};
  const std::string body{encoder.encode(resource, batch)};
  const auto decoded = fakes::decode_request(body);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(lines(google(body)), lines(*decoded));
  EXPECT_EQ(encoder.encode(resource, batch), body) << "the same round gives the same bytes";
}

}  // namespace
}  // namespace cspy::otlp
