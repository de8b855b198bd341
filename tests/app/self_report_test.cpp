#include "app/self_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "app/resolve.hpp"
#include "metrics/details.hpp"
#include "metrics/visit.hpp"
#include "otlp/encode_protobuf.hpp"
#include "tests/support/loop.hpp"

namespace cspy::app {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

struct NoTransport final : otlp::Transport {
  net::Task<otlp::Outcome> send(otlp::Payload, net::TimePoint) override {
    co_return otlp::Outcome{.kind = otlp::Outcome::Kind::permanent, .status = 400};
  }
  void close() override {}
};

/// The series of the group, with their values as text.
struct Collector final : metrics::PointSink {
  void point(metrics::Number value, metrics::LabelValues labels) override {
    auto key = std::string{name};
    for (const auto& label : labels)
      key.append(" ").append(label);
    found[key] = std::visit([](auto number) { return static_cast<double>(number); }, value);
  }
  std::string_view name;
  std::map<std::string, double> found;
};

struct SelfReportTest : testing::Test {
  std::map<std::string, double> report(const otlp::Exporter* pusher) const {
    metrics::Reading reading;
    metrics::Container agent;
    agent.subject = metrics::Subject::agent;
    reading.container = std::make_shared<const metrics::Container>(agent);
    add_self(reading.sample, {.client = client,
                              .watch = watch,
                              .collection = collection,
                              .exporter = pusher,
                              .rounds = 7,
                              .rounds_skipped = 2,
                              .log_lines_lost = 3});
    metrics::sort_details(reading.sample);
    Collector collector;
    for (const auto& metric : metrics::catalogue()) {
      collector.name = metric.name;
      if (metric.group == metrics::Group::self) metrics::visit(metric, reading, 0, collector);
    }
    return collector.found;
  }

  Options options = resolve({}, [](std::string_view) { return std::nullopt; }, {}).options;
  boost::asio::io_context io;
  net::Context context{io};
  Log log{LogLevel::error, LogFormat::logfmt, [](std::string_view) { return true; }};
  docker::Client client{context, {Endpoint::Kind::unix_socket, "", 0, "/nowhere/engine.sock"}};
  metrics::Fleet fleet;
  docker::Watch watch{client,
                      fleet,
                      log,
                      {.poll_interval = std::chrono::seconds{1},
                       .random = [] { return 0.0; },
                       .on_connected = [](const docker::Engine&) {}}};
  HostSide host{options, log};
  Collection collection{io, options, client, watch, fleet, host, log};
  NoTransport transport;
  otlp::ProtobufEncoder encoder{options.metrics};
  otlp::Exporter exporter{io, {}, encoder, transport, log, [](std::vector<metrics::Ending>) {}, [] { return 0.0; }};
};

TEST_F(SelfReportTest, HasEverySeriesFromTheBeginning) {
  const auto found = report(&exporter);
  EXPECT_THAT(found, Contains(Pair("containerspy_rounds_total", 7)));
  EXPECT_THAT(found, Contains(Pair("containerspy_rounds_skipped_total", 2)));
  EXPECT_THAT(found, Contains(Pair("containerspy_log_lines_dropped_total", 3)));
  EXPECT_THAT(found, Contains(Pair("containerspy_engine_requests_total stats failed", 0)));
  EXPECT_THAT(found, Contains(Pair("containerspy_export_requests_total refused", 0)));
  EXPECT_THAT(found, Contains(Pair("containerspy_queue_oldest_age_seconds", 0)));
  EXPECT_THAT(found, Not(Contains(Key("containerspy_export_last_success_timestamp_seconds")))) << "there was none";
}

TEST_F(SelfReportTest, HasNoDeliveriesIfNothingIsPushed) {
  for (const auto& [series, value] : this->report(nullptr)) {
    EXPECT_FALSE(series.starts_with("containerspy_export")) << series;
    EXPECT_FALSE(series.starts_with("containerspy_queue")) << series;
    EXPECT_FALSE(series.starts_with("containerspy_rounds")) << series;
  }
}

TEST_F(SelfReportTest, CountsWhatFailed) {
  EXPECT_FALSE(*test::run(io, client.ping()));
  const auto now = net::Clock::now();
  const auto collected = *test::run(io, collection.read({.all = now, .stuck = now}, std::chrono::milliseconds{100}));
  ASSERT_TRUE(collected);
  EXPECT_FALSE(collected->complete);
  const auto found = report(&exporter);
  EXPECT_THAT(found, Contains(Pair("containerspy_engine_requests_total ping failed", 1)));
  EXPECT_THAT(found, Contains(Pair("containerspy_engine_requests_total ping answered", 0)));
  EXPECT_THAT(found, Contains(Pair("containerspy_readings_total", 1)));
}

}  // namespace
}  // namespace cspy::app
