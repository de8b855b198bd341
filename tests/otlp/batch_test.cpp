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
  for (queue::Progress progress; !is_whole(round, progress); ++requests) {
    const auto batch = batch_from(round, progress, 50'000);
    EXPECT_FALSE(batch.readings.empty() && batch.endings.empty());
    EXPECT_EQ(batch.time, round.time);
    readings.insert(readings.end(), batch.readings.begin(), batch.readings.end());
    endings += batch.endings.size();
    progress = after(progress, batch);
    EXPECT_EQ(progress, (queue::Progress{.readings = static_cast<std::uint32_t>(readings.size()),
                                         .endings = static_cast<std::uint32_t>(endings)}));
  }
  EXPECT_EQ(readings, round.readings);
  EXPECT_EQ(endings, 13U);
  EXPECT_GT(requests, 5U);
}

TEST(Batches, StayNearTheirTarget) {
  const auto round = round_of(200, 0);
  ProtobufEncoder encoder;
  for (queue::Progress progress; !is_whole(round, progress);) {
    const auto batch = batch_from(round, progress, 100'000);
    progress = after(progress, batch);
    const auto size = encoder.encode({}, batch).size();
    EXPECT_LT(size, 120'000U);
    EXPECT_LT(estimated_bytes(batch), 100'001U);
    if (!is_whole(round, progress)) {
      EXPECT_GT(size, 60'000U) << "and are not needlessly small";
    }
  }
}

TEST(Batches, NeverSplitAContainerHoweverLarge) {
  const auto round = round_of(3, 0);
  std::size_t requests = 0;
  for (queue::Progress progress; !is_whole(round, progress); ++requests) {
    const auto batch = batch_from(round, progress, 1);
    EXPECT_EQ(batch.readings.size(), 1U);
    progress = after(progress, batch);
  }
  EXPECT_EQ(requests, 3U);
}

}  // namespace
}  // namespace cspy::otlp
