// Extra labels in both encodings: on every point and every ending, under the point's own labels.
#include "otlp/extra_labels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "otlp.pb.h"
#include "otlp/batch.hpp"
#include "otlp/encode_json.hpp"
#include "otlp/encode_protobuf.hpp"
#include "tests/support/data.hpp"
#include "tests/support/readings.hpp"

namespace cspy::otlp {
namespace {

using test::make_container;
using test::make_reading;
using test::second;
using test::started_at;

// "name" is a label of the container, "device" one of some metrics.
const KeyValues labels{{"env", "k\xC3\xA4se \"1\""}, {"name", "other"}, {"device", "rack-7"}, {"host", "a"}};

struct ExtraLabelsTest : testing::Test {
  ExtraLabelsTest() {
    metrics::Sample sample = test::full_sample();
    readings = {make_reading(make_container("a", "web"), sample)};
    endings = {{.last = make_reading(make_container("b", "gone"), sample), .now = nullptr}};
  }

  [[nodiscard]] Batch batch() const {
    return {.time = started_at + 60 * second, .readings = readings, .endings = endings};
  }
  /// All points as "metric attributes".
  static std::vector<std::string> points_of(std::string_view body) {
    otlp_test::ExportMetricsServiceRequest request;
    EXPECT_TRUE(request.ParseFromArray(body.data(), static_cast<int>(body.size())));
    std::vector<std::string> lines;
    for (const auto& metric : request.resource_metrics(0).scope_metrics(0).metrics()) {
      for (const auto& point : metric.has_sum() ? metric.sum().data_points() : metric.gauge().data_points()) {
        auto line = metric.name();
        std::set<std::string> keys;
        for (const auto& attribute : point.attributes()) {
          EXPECT_TRUE(keys.insert(attribute.key()).second) << line << " has " << attribute.key() << " twice";
          line += " " + attribute.key() + "=" + attribute.value().string_value();
        }
        if (point.flags() != 0) line += " ended";
        lines.push_back(line);
      }
    }
    return lines;
  }

  std::vector<metrics::ReadingPtr> readings;
  std::vector<metrics::Ending> endings;
};

TEST_F(ExtraLabelsTest, AreOnEveryPointAndEveryEnding) {
  ProtobufEncoder encoder{{}, labels};
  const auto points = points_of(encoder.encode({}, batch()));
  ASSERT_GT(points.size(), 100U);
  for (const auto& point : points) {
    EXPECT_THAT(point, testing::HasSubstr(" env=k\xC3\xA4se \"1\""));
    EXPECT_THAT(point, testing::HasSubstr(" host=a"));
    EXPECT_THAT(point, testing::Not(testing::HasSubstr("name=other"))) << "the container's own label wins";
    EXPECT_THAT(point, testing::HasSubstr(" device=")) << "of the metric, or the extra one";
  }
  EXPECT_THAT(points, testing::Contains(testing::EndsWith(" ended")));
}

TEST_F(ExtraLabelsTest, AreOnDeltasToo) {
  ProtobufEncoder encoder{{}, labels};
  const std::vector<Base> bases(1, {.kind = Base::Kind::started, .last = nullptr});
  auto deltas = batch();
  deltas.temporality = Temporality::delta;
  deltas.bases = bases;
  for (const auto& point : points_of(encoder.encode({}, deltas)))
    EXPECT_THAT(point, testing::HasSubstr(" host=a"));
}

TEST_F(ExtraLabelsTest, AreAsInTheGoldens) {
  const auto few =
      *metrics::Selection::parse("container_memory_rss,container_fs_reads_total,container_cpu_*_seconds_total");
  ProtobufEncoder protobuf{few, labels};
  JsonEncoder json{few, labels};
  std::string text;
  for (const auto& line : points_of(protobuf.encode({}, batch())))
    text.append(line).append("\n");
  test::expect_golden("extra_labels.txt", text);
  std::string body{json.encode({{"service.name", "containerspy"}}, batch())};
  for (auto at = body.find("{\"startTime"); at != std::string::npos; at = body.find("{\"startTime", at + 2))
    body.insert(at, 1, '\n');
  test::expect_golden("extra_labels.json", body + "\n");
}

TEST_F(ExtraLabelsTest, CountInTheSizeOfARequest) {
  metrics::Round round{.time = started_at, .readings = {}, .endings = {}};
  for (int i = 0; i < 100; ++i)
    round.readings.push_back(make_reading(make_container("r" + std::to_string(i), "web")));
  const KeyValues long_ones{{"a", std::string(256, 'a')}, {"device", std::string(256, 'd')}};
  ProtobufEncoder encoder{{}, long_ones};
  const auto extra = encoder.extra_point_bytes();
  EXPECT_EQ(extra, ExtraLabels{long_ones}.bytes());
  const auto batch = batch_from(round, {}, 100'000, extra);
  const auto size = encoder.encode({}, batch).size();
  EXPECT_LT(size, 120'000U);
  EXPECT_GT(size, 50'000U);
  EXPECT_LE(estimated_bytes(batch, extra), 100'000U);
  EXPECT_EQ(ProtobufEncoder{}.extra_point_bytes(), 0U);
}

}  // namespace
}  // namespace cspy::otlp
