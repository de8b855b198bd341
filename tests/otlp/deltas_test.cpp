// Deltas: what was counted from one push to the next, whatever happens in between.
#include "otlp/deltas.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "otlp/encode_protobuf.hpp"
#include "tests/support/readings.hpp"
#include "tools/otlp_decode.hpp"

namespace cspy::otlp {
namespace {

using test::make_container;
using test::second;
using test::started_at;
using testing::ElementsAre;
using testing::IsEmpty;

/// The points of one metric in a request for the readings, as "value since start", both relative.
struct Pusher {
  explicit Pusher(UnixNanos begun) : deltas{begun} {}

  std::vector<std::string> push(const std::vector<metrics::ReadingPtr>& readings, UnixNanos time, bool taken = true) {
    Batch batch{.time = time, .readings = readings, .endings = {}, .temporality = Temporality::delta};
    batch.bases = deltas.bases(batch);
    const auto request = tools::decode_request(encoder.encode({}, batch));
    if (taken) deltas.delivered(batch);
    std::vector<std::string> points;
    for (const auto& decoded : request->metrics) {
      if (decoded.name != metric) continue;
      EXPECT_EQ(decoded.temporality, 1) << "delta";
      for (const auto& point : decoded.points) {
        points.push_back(std::to_string(static_cast<std::int64_t>(point.number())) + " since +" +
                         std::to_string((point.start - started_at) / second));
      }
    }
    return points;
  }

  std::string metric = "container_network_receive_bytes_total";
  Deltas deltas;
  ProtobufEncoder encoder;
};

metrics::ReadingPtr reading(std::uint64_t received, UnixNanos started = started_at) {
  auto sample = test::full_sample();
  sample.networks[0].receive_bytes = received;
  return test::make_reading(make_container("c1", "web", started), sample);
}

TEST(Deltas, CountFromOnePushToTheNext) {
  Pusher pusher{started_at - second};
  EXPECT_THAT(pusher.push({reading(100)}, started_at + 10 * second), ElementsAre("100 since +0"));
  EXPECT_THAT(pusher.push({reading(130)}, started_at + 20 * second), ElementsAre("30 since +10"));
  EXPECT_THAT(pusher.push({reading(130)}, started_at + 30 * second), ElementsAre("0 since +20"));
}

TEST(Deltas, LoseNothingOfARoundThatWasNotTaken) {
  Pusher pusher{started_at - second};
  EXPECT_THAT(pusher.push({reading(100)}, started_at + 10 * second), ElementsAre("100 since +0"));
  EXPECT_THAT(pusher.push({reading(130)}, started_at + 20 * second, false), ElementsAre("30 since +10"));
  EXPECT_THAT(pusher.push({reading(150)}, started_at + 30 * second), ElementsAre("50 since +10"));
}

TEST(Deltas, DoNotSendAgainWhatAnEarlierRunOfTheAgentMayHaveSent) {
  Pusher pusher{started_at + 5 * second};
  EXPECT_THAT(pusher.push({reading(100)}, started_at + 10 * second), IsEmpty());
  EXPECT_THAT(pusher.push({reading(130)}, started_at + 20 * second), ElementsAre("30 since +10"));
}

TEST(Deltas, BeginAnewWithEachRunOfAContainer) {
  Pusher pusher{started_at + 5 * second};
  EXPECT_THAT(pusher.push({reading(100)}, started_at + 10 * second), IsEmpty());
  EXPECT_THAT(pusher.push({reading(40, started_at + 15 * second)}, started_at + 20 * second),
              ElementsAre("40 since +15"));
}

TEST(Deltas, TakeACounterThatFellForOneThatWasReset) {
  Pusher pusher{started_at - second};
  EXPECT_THAT(pusher.push({reading(100)}, started_at + 10 * second), ElementsAre("100 since +0"));
  EXPECT_THAT(pusher.push({reading(7)}, started_at + 20 * second), ElementsAre("7 since +10"));
}

TEST(Deltas, CountASeriesThatIsNewFromZero) {
  Pusher pusher{started_at - second};
  auto before = test::full_sample();
  before.networks.clear();
  EXPECT_THAT(pusher.push({test::make_reading(make_container("c1", "web"), before)}, started_at + 10 * second),
              IsEmpty());
  EXPECT_THAT(pusher.push({reading(12)}, started_at + 20 * second), ElementsAre("12 since +10"));
}

TEST(Deltas, LeaveGaugesAsTheyAre) {
  Pusher pusher{started_at + 5 * second};
  const std::vector<metrics::ReadingPtr> readings{reading(1)};
  Batch batch{.time = started_at + 9 * second, .readings = readings, .endings = {}, .temporality = Temporality::delta};
  batch.bases = pusher.deltas.bases(batch);
  const auto request = tools::decode_request(pusher.encoder.encode({}, batch));
  std::size_t gauges = 0, sums = 0;
  for (const auto& metric : request->metrics)
    ++(metric.sum ? sums : gauges);
  EXPECT_GT(gauges, 5U);
  EXPECT_EQ(sums, 0U) << "the counters' base is not known yet";
}

TEST(Deltas, EndNoSeriesOfDeltas) {
  const std::vector<metrics::ReadingPtr> none;
  const std::vector<metrics::Ending> endings{{.last = reading(1), .now = nullptr}};
  const Batch batch{.time = started_at, .readings = none, .endings = endings, .temporality = Temporality::delta};
  ProtobufEncoder encoder;
  const auto request = tools::decode_request(encoder.encode({}, batch));
  ASSERT_FALSE(request->metrics.empty());
  for (const auto& metric : request->metrics)
    EXPECT_FALSE(metric.sum) << metric.name;
}

TEST(Deltas, ForgetAContainerThatIsGone) {
  Pusher pusher{started_at + 5 * second};
  EXPECT_THAT(pusher.push({reading(100)}, started_at + 10 * second), IsEmpty());
  const std::vector<metrics::Ending> endings{{.last = reading(100), .now = nullptr}};
  pusher.deltas.delivered({.time = started_at + 20 * second, .readings = {}, .endings = endings});
  EXPECT_THAT(pusher.push({reading(130)}, started_at + 30 * second), IsEmpty()) << "nothing is remembered of it";
}

}  // namespace
}  // namespace cspy::otlp
