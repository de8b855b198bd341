// What the memory limit of the queue counts. tests/otlp/delivery_test.cpp has the order and the age of rounds.
#include "queue/backlog.hpp"

#include <gtest/gtest.h>

#include "metrics/details.hpp"
#include "tests/support/readings.hpp"

namespace cspy::queue {
namespace {

struct BacklogTest : testing::Test {
  /// Queues a round and returns by how much bytes() has grown.
  std::size_t push(metrics::ReadingPtr reading, metrics::IdentityPtr identity = nullptr) {
    const auto before = backlog.bytes();
    metrics::Round round{.time = 1, .readings = {std::move(reading)}, .endings = {}, .identity = std::move(identity)};
    EXPECT_TRUE(backlog.push({.sequence = ++sequence, .round = std::move(round)}).empty());
    return backlog.bytes() - before;
  }
  std::uint64_t sequence = 0;
  Backlog backlog{{.bytes_max = 1024 * 1024, .age_max = std::chrono::hours{1}}};
};

TEST_F(BacklogTest, CountsTheDetailsOfASample) {
  const auto container = test::make_container("c", "web");
  push(test::make_reading(container, {}));
  const auto without = push(test::make_reading(container, {}));
  metrics::Sample sample;
  for (int i = 0; i < 100; ++i)
    metrics::add_detail(sample, metrics::Tail::advanced_tcp, {"a counter with a long name " + std::to_string(i)}, 1);
  EXPECT_GT(push(test::make_reading(container, sample)), without + 100 * (sizeof(metrics::Detail) + 27));
}

TEST_F(BacklogTest, CountsAContainerOnce) {
  const std::string name(5'000, 'n');
  const auto container = test::make_container("c", name);
  EXPECT_GT(push(test::make_reading(container)), 2 * name.size()) << "the name and the label";
  EXPECT_LT(push(test::make_reading(container)), name.size());
  EXPECT_GT(push(test::make_reading(test::make_container("c", name))), 2 * name.size()) << "another one";
  (void)backlog.pop_front();
  EXPECT_GT(backlog.bytes(), 4 * name.size()) << "the second round still holds the first container";
  (void)backlog.pop_front();
  EXPECT_LT(backlog.bytes(), 3 * name.size());
}

TEST_F(BacklogTest, CountsAnIdentityOnce) {
  const std::string instance(5'000, 'i');
  const auto identity = test::make_identity(instance);
  const auto reading = test::make_reading(test::make_container("c", "web"));
  EXPECT_GT(push(reading, identity), instance.size());
  EXPECT_LT(push(reading, identity), instance.size());
  EXPECT_GT(push(reading, test::make_identity(instance)), instance.size());
}

TEST_F(BacklogTest, CountsNothingWhenItIsEmpty) {
  const auto container = test::make_container("c", "web");
  metrics::Round round{
      .time = 1, .readings = {test::make_reading(container)}, .endings = {}, .identity = test::make_identity()};
  round.endings.push_back({.last = test::make_reading(container), .now = round.readings[0]});
  round.endings.push_back({.last = test::make_reading(test::make_container("g", "gone")), .now = nullptr});
  (void)backlog.push({.sequence = 1, .round = round});
  (void)backlog.push({.sequence = 2, .round = std::move(round)});
  EXPECT_GT(backlog.bytes(), 0U);
  (void)backlog.pop_front();
  EXPECT_EQ(backlog.clear().size(), 1U);
  EXPECT_EQ(backlog.bytes(), 0U);
}

TEST_F(BacklogTest, DropsRoundsBecauseOfTheContainersThatTheyHold) {
  const std::string name(50'000, 'n');
  std::size_t dropped = 0;
  for (int i = 0; i < 30; ++i) {
    metrics::Round round{.time = 1, .readings = {test::make_reading(test::make_container("c", name))}, .endings = {}};
    dropped += backlog.push({.sequence = ++sequence, .round = std::move(round)}).size();
  }
  EXPECT_GT(dropped, 15U);
  EXPECT_LE(backlog.bytes(), backlog.bytes_max());
}

}  // namespace
}  // namespace cspy::queue
