// The JSON encoding, parsed by Google's library: it must have the same points as our protobuf.
#include "otlp/encode_json.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "otlp.pb.h"
#include "otlp/encode_protobuf.hpp"
#include "tests/support/readings.hpp"

namespace cspy::otlp {
namespace {

using test::make_container;
using test::make_reading;
using test::second;
using test::started_at;

const Resource resource{{"service.name", "containerspy"}, {"host.name", "k\xC3\xA4se \"1\"\n"}};

otlp_test::ExportMetricsServiceRequest from_json(std::string_view body) {
  otlp_test::ExportMetricsServiceRequest request;
  const auto status = google::protobuf::util::JsonStringToMessage({body.data(), body.size()}, &request, {});
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << body;
  return request;
}

otlp_test::ExportMetricsServiceRequest from_protobuf(std::string_view body) {
  otlp_test::ExportMetricsServiceRequest request;
  EXPECT_TRUE(request.ParseFromArray(body.data(), static_cast<int>(body.size())));
  return request;
}

void expect_same(const Batch& batch) {
  ProtobufEncoder protobuf;
  JsonEncoder json;
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(
      differencer.Compare(from_protobuf(protobuf.encode(resource, batch)), from_json(json.encode(resource, batch))))
      << difference;
}

TEST(JsonEncoder, SaysWhatTheProtobufSays) {
  auto sample = test::full_sample();
  sample.cpu_total_ns = 123'456'789'012'345'678;             // a double with many digits
  sample.networks[0].receive_bytes = 9'007'199'254'740'993;  // not a double
  sample.networks[0].interface = "eth\"0\\\x01";
  const std::vector<metrics::ReadingPtr> readings{make_reading(make_container("a", "k\xC3\xA4se"), sample),
                                                  make_reading(make_container("b", "quo\"te"))};
  const std::vector<metrics::Ending> endings{{.last = make_reading(make_container("c", "gone")), .now = nullptr}};
  expect_same({.time = started_at + 60 * second, .readings = readings, .endings = endings});
  expect_same({.time = started_at + 60 * second, .readings = {}, .endings = endings});
  const std::vector<Base> bases(2, {.kind = Base::Kind::started, .last = nullptr});
  expect_same({.time = started_at + 60 * second,
               .readings = readings,
               .endings = endings,
               .temporality = Temporality::delta,
               .bases = bases});
}

TEST(JsonEncoder, WritesTheMappingOfTheSpecification) {
  metrics::Sample sample;
  sample.memory_usage = 5;
  sample.page_faults = 7;
  const std::vector<metrics::ReadingPtr> readings{make_reading(make_container("a", "web"), sample)};
  JsonEncoder encoder;
  const std::string body{encoder.encode({}, {.time = started_at + second, .readings = readings, .endings = {}})};
  EXPECT_EQ(encoder.content_type(), "application/json");
  EXPECT_THAT(body, testing::StartsWith(R"({"resourceMetrics":[{"resource":{"attributes":[]},"scopeMetrics":[{)"));
  EXPECT_THAT(body, testing::HasSubstr(R"("scopeMetrics":[{"scope":{"name":"containerspy"},"metrics":[)"));
  EXPECT_THAT(body,
              testing::HasSubstr(R"("unit":"By","gauge":{"dataPoints":[{"timeUnixNano":"1795000001000000000",)"
                                 R"("asInt":"5","attributes":[{"key":"id","value":{"stringValue":"/docker/a"}},)"))
      << "64-bit integers are strings";
  EXPECT_THAT(body, testing::HasSubstr(R"({"key":"scope","value":{"stringValue":"hierarchy"}}]}],)"
                                       R"("aggregationTemporality":2,"isMonotonic":true}})"))
      << "enumerations are numbers";
}

TEST(JsonEncoder, LeavesOutMetricsWithoutPoints) {
  const std::vector<metrics::ReadingPtr> none;
  JsonEncoder encoder;
  EXPECT_THAT(std::string{encoder.encode({}, {.time = started_at, .readings = none, .endings = {}})},
              testing::EndsWith(R"("metrics":[]}]}]})"));
}

}  // namespace
}  // namespace cspy::otlp
