// Deltas: what was counted from one push to the next, whatever happens in between.
#include "otlp/deltas.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "otlp/encode_protobuf.hpp"
#include "tests/fakes/otlp_decode.hpp"
#include "tests/support/readings.hpp"

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
    const auto request = fakes::decode_request(encoder.encode({}, batch));
    if (taken) deltas.delivered(batch);
    std::vector<std::string> points;
    for (const auto& decoded : request->metrics) {
      if (decoded.name != metric) continue;
      EXPECT_EQ(decoded.temporality, 1) << "delta";
      for (const auto& point : decoded.points) {
        points.push_back(
            std::to_string(static_cast<std::int64_t>(point.number())) + " since " +
            (point.start < started_at ? "" : "+") +
            std::to_string(static_cast<std::int64_t>(point.start - started_at) / static_cast<std::int64_t>(second)));
      }
    }
    return points;
  }

  /// What became of a container is delivered, in a round at `time`.
  void end(metrics::ReadingPtr last, UnixNanos time) {
    const std::vector<metrics::Ending> endings{{.last = std::move(last), .now = nullptr}};
    deltas.delivered({.time = time, .readings = {}, .endings = endings});
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

metrics::ReadingPtr killed(std::uint64_t kills, UnixNanos started) {
  auto sample = test::full_sample();
  sample.oom_events = kills;
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

TEST(Deltas, OfAWholeDeviceDoNotBeginWithWhatOthersDidBefore) {
  Pusher pusher{started_at - second};
  pusher.metric = "container_fs_sector_reads_total";
  const auto of_device = [](std::uint64_t sectors, UnixNanos started) {
    auto sample = test::full_sample();
    sample.devices[0].sectors_read = sectors;
    return test::make_reading(make_container("c1", "web", started), sample);
  };
  EXPECT_THAT(pusher.push({of_device(1'000, started_at)}, started_at + 10 * second), IsEmpty());
  EXPECT_THAT(pusher.push({of_device(1'030, started_at)}, started_at + 20 * second), ElementsAre("30 since +10"));
  EXPECT_THAT(pusher.push({of_device(1'050, started_at + 25 * second)}, started_at + 30 * second), IsEmpty())
      << "another run";
}

TEST(Deltas, OfASharedNetworkDoNotBeginWithWhatOthersDidBefore) {
  Pusher pusher{started_at - second};
  auto shared = *make_container("c1", "web");
  shared.shares_network = true;
  const auto received = [&](std::uint64_t bytes) {
    auto sample = test::full_sample();
    sample.networks[0].receive_bytes = bytes;
    return test::make_reading(std::make_shared<const metrics::Container>(shared), sample);
  };
  EXPECT_THAT(pusher.push({received(1'000)}, started_at + 10 * second), IsEmpty());
  EXPECT_THAT(pusher.push({received(1'030)}, started_at + 20 * second), ElementsAre("30 since +10"));
}

TEST(Deltas, CountOomKillsOverAllRunsOnce) {
  Pusher pusher{started_at - 10 * second};
  pusher.metric = "container_oom_events_total";
  EXPECT_THAT(pusher.push({killed(3, started_at)}, started_at + 10 * second), ElementsAre("3 since -2"));
  EXPECT_THAT(pusher.push({killed(4, started_at + 15 * second)}, started_at + 20 * second), ElementsAre("1 since +10"));
}

TEST(Deltas, DoNotSendKillsThatAnEarlierAgentMayHaveSent) {
  Pusher pusher{started_at - 10 * second};
  pusher.metric = "container_oom_events_total";
  const auto killed_before = [](std::uint64_t kills) {
    auto sample = test::full_sample();
    sample.oom_events = kills;
    sample.agent_begun = started_at - second;  // later than the creation
    return test::make_reading(make_container("c1", "web"), sample);
  };
  EXPECT_THAT(pusher.push({killed_before(3)}, started_at + 10 * second), IsEmpty());
  EXPECT_THAT(pusher.push({killed_before(4)}, started_at + 20 * second), ElementsAre("1 since +10"));
}

/// A round that could not read the networks. It has kept `received` from the round before.
metrics::ReadingPtr missed(std::uint64_t received) {
  auto sample = test::full_sample();
  sample.networks[0].receive_bytes = received;
  sample.missed.networks = true;
  return test::make_reading(make_container("c1", "web"), sample);
}

TEST(Deltas, CountOnAfterARoundThatMissedTheNumber) {
  Pusher pusher{started_at - second};
  EXPECT_THAT(pusher.push({reading(100)}, started_at + 10 * second), ElementsAre("100 since +0"));
  EXPECT_THAT(pusher.push({missed(100)}, started_at + 20 * second), IsEmpty());
  EXPECT_THAT(pusher.push({reading(130)}, started_at + 30 * second), ElementsAre("30 since +10"));
  EXPECT_THAT(pusher.push({reading(140)}, started_at + 40 * second), ElementsAre("10 since +30"));
}

TEST(Deltas, LoseNothingOfALostRoundBeforeOneThatMissedTheNumber) {
  Pusher pusher{started_at - second};
  EXPECT_THAT(pusher.push({reading(100)}, started_at + 10 * second), ElementsAre("100 since +0"));
  EXPECT_THAT(pusher.push({reading(130)}, started_at + 20 * second, false), ElementsAre("30 since +10"));
  EXPECT_THAT(pusher.push({missed(130)}, started_at + 30 * second), IsEmpty());
  EXPECT_THAT(pusher.push({reading(150)}, started_at + 40 * second), ElementsAre("50 since +10"));
}

TEST(Deltas, DoNotCountAnewWhatTheFirstRoundMissed) {
  Pusher pusher{started_at + 5 * second};
  EXPECT_THAT(pusher.push({missed(0)}, started_at + 10 * second), IsEmpty());
  EXPECT_THAT(pusher.push({reading(100)}, started_at + 20 * second), IsEmpty())
      << "an earlier run of the agent may have sent it";
  EXPECT_THAT(pusher.push({reading(130)}, started_at + 30 * second), ElementsAre("30 since +20"));
}

TEST(Deltas, LeaveGaugesAsTheyAre) {
  Pusher pusher{started_at + 5 * second};
  const std::vector<metrics::ReadingPtr> readings{reading(1)};
  Batch batch{.time = started_at + 9 * second, .readings = readings, .endings = {}, .temporality = Temporality::delta};
  batch.bases = pusher.deltas.bases(batch);
  const auto request = fakes::decode_request(pusher.encoder.encode({}, batch));
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
  const auto request = fakes::decode_request(encoder.encode({}, batch));
  ASSERT_FALSE(request->metrics.empty());
  for (const auto& metric : request->metrics)
    EXPECT_FALSE(metric.sum) << metric.name;
}

TEST(Deltas, ForgetAContainerThatIsGone) {
  Pusher pusher{started_at + 5 * second};
  auto sample = test::full_sample();
  sample.oom_events = 0;
  const auto web = test::make_reading(make_container("c1", "web"), sample);
  EXPECT_THAT(pusher.push({web}, started_at + 10 * second), IsEmpty());
  pusher.end(web, started_at + 20 * second);
  EXPECT_THAT(pusher.push({web}, started_at + 30 * second), IsEmpty()) << "nothing is remembered of it";
}

TEST(Deltas, RememberTheOomKillsOfAContainerThatIsAwayForAWhile) {
  Pusher pusher{started_at - 10 * second};
  pusher.metric = "container_oom_events_total";
  const auto first = killed(3, started_at);
  EXPECT_THAT(pusher.push({first}, started_at + 10 * second), ElementsAre("3 since -2"));
  pusher.end(first, started_at + 20 * second);
  EXPECT_THAT(pusher.push({}, started_at + 30 * second), IsEmpty());
  EXPECT_THAT(pusher.push({killed(4, started_at + 35 * second)}, started_at + 40 * second), ElementsAre("1 since +10"));
  EXPECT_THAT(pusher.push({killed(4, started_at + 35 * second)}, started_at + 50 * second), ElementsAre("0 since +40"));
}

TEST(Deltas, GoOnUnderAnotherName) {
  Pusher pusher{started_at - second};
  EXPECT_THAT(pusher.push({reading(100)}, started_at + 10 * second), ElementsAre("100 since +0"));
  auto sample = test::full_sample();
  sample.networks[0].receive_bytes = 130;
  const auto renamed = test::make_reading(make_container("c1", "shop"), sample);
  EXPECT_THAT(pusher.push({renamed}, started_at + 20 * second), ElementsAre("30 since +10"));
  pusher.end(reading(100), started_at + 20 * second);
  EXPECT_THAT(pusher.push({renamed}, started_at + 30 * second), ElementsAre("0 since +20"));
}

TEST(Deltas, CountOnFromTheLastRunOfAContainerThatIsShownAsStopped) {
  Pusher pusher{started_at - 10 * second};
  pusher.metric = "container_oom_events_total";
  EXPECT_THAT(pusher.push({killed(3, started_at)}, started_at + 10 * second), ElementsAre("3 since -2"));
  auto stopped = *make_container("c1", "web", started_at);
  stopped.subject = metrics::Subject::stopped;
  pusher.push({test::make_reading(std::make_shared<const metrics::Container>(stopped), {})}, started_at + 20 * second);
  EXPECT_THAT(pusher.push({killed(4, started_at + 25 * second)}, started_at + 30 * second), ElementsAre("1 since +10"));
}

}  // namespace
}  // namespace cspy::otlp
