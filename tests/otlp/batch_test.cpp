#include "otlp/batch.hpp"

#include <gtest/gtest.h>

#include "otlp/encode_protobuf.hpp"
#include "tests/support/readings.hpp"

namespace cspy::otlp {
namespace {

metrics::Round round_of(int readings, int endings) {
  metrics::Round round{.time = test::started_at, .readings = {}, .endings = {}};
  for (int i = 0; i < readings; ++i)
    round.readings.push_back(test::make_reading(test::make_container("r" + std::to_string(i), "web")));
  for (int i = 0; i < endings; ++i)
    round.endings.push_back(
        {.last = test::make_reading(test::make_container("e" + std::to_string(i), "gone")), .now = nullptr});
  return round;
}

TEST(Batches, HoldEachContainerOnceInOrder) {
  const auto round = round_of(57, 13);
  std::vector<metrics::ReadingPtr> readings;
  std::size_t endings = 0, requests = 0;
  for (Batches batches{round, 50'000}; !batches.done(); ++requests) {
    const auto batch = batches.next();
    EXPECT_FALSE(batch.readings.empty() && batch.endings.empty());
    EXPECT_EQ(batch.time, round.time);
    readings.insert(readings.end(), batch.readings.begin(), batch.readings.end());
    endings += batch.endings.size();
    EXPECT_EQ(batches.endings_taken(), endings);
  }
  EXPECT_EQ(readings, round.readings);
  EXPECT_EQ(endings, 13U);
  EXPECT_GT(requests, 5U);
}

TEST(Batches, StayNearTheirTarget) {
  const auto round = round_of(200, 0);
  ProtobufEncoder encoder;
  for (Batches batches{round, 100'000}; !batches.done();) {
    const auto batch = batches.next();
    const auto size = encoder.encode({}, batch).size();
    EXPECT_LT(size, 120'000U);
    if (!batches.done()) {
      EXPECT_GT(size, 60'000U) << "and are not needlessly small";
    }
  }
}

TEST(Batches, NeverSplitAContainerHoweverLarge) {
  const auto round = round_of(3, 0);
  std::size_t requests = 0;
  for (Batches batches{round, 1}; !batches.done(); ++requests)
    EXPECT_EQ(batches.next().readings.size(), 1U);
  EXPECT_EQ(requests, 3U);
}

}  // namespace
}  // namespace cspy::otlp
