#include "metrics/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/readings.hpp"

namespace cspy::metrics {
namespace {

using test::make_container;
using test::make_reading;
using test::second;
using test::series_ended;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr UnixNanos now = test::started_at + 60 * second;

struct FleetTest : testing::Test {
  [[nodiscard]] ReadingPtr read(const std::string& id, Sample sample = test::full_sample()) const {
    return make_reading(fleet.find(id)->container, std::move(sample));
  }
  Fleet fleet;
};

TEST_F(FleetTest, SendsWhatWasReadAndEndsNothingWhileItGoesOn) {
  fleet.put(make_container("a1", "web"), Health::none);
  EXPECT_THAT(fleet.close_round(now, {read("a1")}).readings, SizeIs(1));
  const auto next = fleet.close_round(now + second, {read("a1")});
  EXPECT_THAT(next.readings, SizeIs(1));
  EXPECT_THAT(next.endings, IsEmpty());
}

TEST_F(FleetTest, EndsEverySeriesOfAContainerThatIsGoneOnce) {
  fleet.put(make_container("a1", "web"), Health::none);
  const auto round = fleet.close_round(now, {read("a1")});
  fleet.remove("a1");
  const auto next = fleet.close_round(now + second, {});
  ASSERT_THAT(next.endings, SizeIs(1));
  EXPECT_THAT(series_ended(next.endings[0]), SizeIs(round.readings[0]->points));
  EXPECT_TRUE(fleet.close_round(now + 2 * second, {}).empty());
}

TEST_F(FleetTest, EndsAllSeriesAndBeginsAgain) {
  fleet.put(make_container("a1", "web"), Health::none);
  fleet.put(make_container("b1", "db"), Health::none);
  const auto round = fleet.close_round(now, {read("a1"), read("b1")});
  fleet.remove("b1");
  const auto last = fleet.end_all(now);
  EXPECT_GT(last.time, round.time);
  EXPECT_THAT(last.readings, IsEmpty());
  ASSERT_THAT(last.endings, SizeIs(2));
  for (const auto& ending : last.endings)
    EXPECT_THAT(series_ended(ending), SizeIs(ending.last->points));
  const auto next = fleet.close_round(now + second, {read("a1")});
  EXPECT_THAT(next.readings, SizeIs(1));
  EXPECT_THAT(next.endings, IsEmpty());
}

TEST_F(FleetTest, EndsNothingOfAContainerThatWasNeverSent) {
  fleet.put(make_container("a1", "web"), Health::none);
  fleet.remove("a1");
  EXPECT_TRUE(fleet.close_round(now, {}).empty());
}

TEST_F(FleetTest, TakesAFailedReadForAMissingPointNotForAnEnd) {
  fleet.put(make_container("a1", "web"), Health::none);
  (void)fleet.close_round(now, {read("a1")});
  EXPECT_TRUE(fleet.close_round(now + second, {}).empty());
  EXPECT_THAT(fleet.close_round(now + 2 * second, {read("a1")}).endings, IsEmpty());
}

TEST_F(FleetTest, EndsTheSeriesOfAnInterfaceThatIsGone) {
  auto two = test::full_sample();
  two.networks.push_back(two.networks[0]);
  two.networks[1].interface = "eth1";
  fleet.put(make_container("a1", "web"), Health::none);
  (void)fleet.close_round(now, {read("a1", two)});
  const auto round = fleet.close_round(now + second, {read("a1")});
  ASSERT_THAT(round.endings, SizeIs(1));
  const auto ended = series_ended(round.endings[0]);
  EXPECT_THAT(ended, SizeIs(8));
  for (const auto& series : ended)
    EXPECT_THAT(series, testing::EndsWith("|eth1"));
}

TEST_F(FleetTest, GoesOnAfterTheLastRoundIfTheClockWasSetBack) {
  constexpr UnixNanos ms = second / 1'000;
  EXPECT_EQ(fleet.close_round(now, {}).time, now);
  EXPECT_EQ(fleet.close_round(now - 3'600 * second, {}).time, now + ms);
  EXPECT_EQ(fleet.close_round(now - 3'590 * second, {}).time, now + 2 * ms);
  EXPECT_EQ(fleet.close_round(now + 2 * ms, {}).time, now + 3 * ms) << "no two rounds in a receiver's millisecond";
  EXPECT_EQ(fleet.close_round(now + second, {}).time, now + second);
}

TEST_F(FleetTest, EndsNothingThatCouldNotBeReadAndSendsNothingOfIt) {
  fleet.put(make_container("a1", "web"), Health::none);
  const auto whole = read("a1");
  (void)fleet.close_round(now, {whole});
  auto sample = test::full_sample();
  sample.missed.networks = true;
  const auto missed = fleet.close_round(now + second, {read("a1", sample)});
  EXPECT_THAT(missed.endings, IsEmpty());
  EXPECT_THAT(test::series_of(*missed.readings[0]).series, testing::Not(testing::Contains(testing::HasSubstr("eth0"))));
  EXPECT_EQ(missed.readings[0]->points, whole->points - 8);
  EXPECT_THAT(fleet.close_round(now + 2 * second, {read("a1")}).endings, IsEmpty());
  (void)fleet.close_round(now + 3 * second, {read("a1", sample)});
  fleet.remove("a1");
  const auto gone = fleet.close_round(now + 4 * second, {});
  ASSERT_THAT(gone.endings, SizeIs(1));
  EXPECT_THAT(series_ended(gone.endings[0]), SizeIs(whole->points)) << "what was missed last ends too";
}

TEST_F(FleetTest, EndsTheOldNamesSeriesWhenAContainerIsRenamed) {
  fleet.put(make_container("a1", "web"), Health::none);
  const auto before = fleet.close_round(now, {read("a1")});
  fleet.put(make_container("a1", "shop"), Health::none);
  const auto round = fleet.close_round(now + second, {read("a1")});
  ASSERT_THAT(round.endings, SizeIs(1));
  EXPECT_EQ(round.endings[0].last->container->name, "web");
  EXPECT_THAT(series_ended(round.endings[0]), SizeIs(before.readings[0]->points));
  EXPECT_EQ(round.readings[0]->container->name, "shop");
}

TEST_F(FleetTest, GoesOnWithTheSameSeriesAfterARestart) {
  fleet.put(make_container("a1", "web"), Health::none);
  (void)fleet.close_round(now, {read("a1")});
  fleet.remove("a1");
  fleet.put(make_container("a1", "web", now), Health::none);
  const auto round = fleet.close_round(now + second, {read("a1")});
  EXPECT_THAT(round.endings, IsEmpty());
  EXPECT_EQ(round.readings[0]->container->started, now);
}

TEST_F(FleetTest, EndsTheOldRunWhenTheNewOneHasNoReadingYet) {
  fleet.put(make_container("a1", "web"), Health::none);
  (void)fleet.close_round(now, {read("a1")});
  fleet.put(make_container("a1", "web", now), Health::none);
  EXPECT_THAT(fleet.close_round(now + second, {}).endings, SizeIs(1));
}

TEST_F(FleetTest, DropsAReadingWhoseRunEndedMeanwhile) {
  fleet.put(make_container("a1", "web"), Health::none);
  const auto reading = read("a1");
  fleet.put(make_container("a1", "web", now), Health::none);
  EXPECT_THAT(fleet.close_round(now + second, {reading}).readings, IsEmpty());
  fleet.remove("a1");
  EXPECT_THAT(fleet.close_round(now + second, {reading}).readings, IsEmpty());
}

TEST_F(FleetTest, KeepsAReadingWhoseContainerWasOnlyInspectedAgain) {
  fleet.put(make_container("a1", "web"), Health::none);
  const auto reading = read("a1");
  fleet.put(make_container("a1", "web"), Health::healthy);
  EXPECT_THAT(fleet.close_round(now, {reading}).readings, ElementsAre(reading));
}

TEST_F(FleetTest, EndsAgainWhatALostRoundWouldHaveEnded) {
  fleet.put(make_container("a1", "web"), Health::none);
  (void)fleet.close_round(now, {read("a1")});
  fleet.remove("a1");
  auto lost = fleet.close_round(now + second, {});
  fleet.restore(std::move(lost.endings));
  EXPECT_THAT(fleet.close_round(now + 2 * second, {}).endings, SizeIs(1));
}

/// The series that the round ends. Fails if it ends one of them twice.
std::set<std::string> ended_once(const Round& round) {
  std::set<std::string> ended;
  for (const auto& ending : round.endings) {
    for (const auto& series : series_ended(ending))
      EXPECT_TRUE(ended.insert(series).second) << series << " ends twice in one round";
  }
  return ended;
}

Sample with_interfaces(const std::vector<std::string>& names) {
  auto sample = test::full_sample();
  sample.networks.resize(names.size(), sample.networks[0]);
  for (std::size_t i = 0; i < names.size(); ++i)
    sample.networks[i].interface = names[i];
  return sample;
}

TEST_F(FleetTest, EndsNoSeriesTwiceInARoundWhenSeveralReadingsOfItDeparted) {
  fleet.put(make_container("a1", "web"), Health::none);
  std::vector<Ending> lost;
  const auto push = [&](UnixNanos time, const std::vector<std::string>& interfaces) {
    auto round = fleet.close_round(time, {read("a1", with_interfaces(interfaces))});
    std::ranges::move(round.endings, std::back_inserter(lost));
  };
  push(now, {"eth0", "eth1", "eth2"});
  push(now + second, {"eth0", "eth1"});
  push(now + 2 * second, {"eth0", "eth3"});
  push(now + 3 * second, {"eth0"});
  ASSERT_THAT(lost, SizeIs(3));
  fleet.restore(std::move(lost));
  fleet.remove("a1");
  std::set<std::string> ended;
  for (UnixNanos i = 4; i < 8; ++i)
    ended.merge(ended_once(fleet.close_round(now + i * second, {})));
  for (const auto* name : {"eth0", "eth1", "eth2", "eth3"}) {
    EXPECT_TRUE(std::ranges::any_of(ended, [&](const std::string& series) { return series.contains(name); })) << name;
  }
  EXPECT_TRUE(fleet.close_round(now + 9 * second, {}).empty());
}

TEST_F(FleetTest, EndsNoSeriesTwiceInARoundWhenAnEndingComesBackBesideANewOne) {
  fleet.put(make_container("a1", "web"), Health::none);
  (void)fleet.close_round(now, {read("a1", with_interfaces({"eth0", "eth1", "eth2"}))});
  auto lost = fleet.close_round(now + second, {read("a1", with_interfaces({"eth0", "eth1"}))});
  fleet.restore(std::move(lost.endings));
  EXPECT_THAT(ended_once(fleet.close_round(now + 2 * second, {read("a1", with_interfaces({"eth0"}))})), SizeIs(8));
  EXPECT_THAT(ended_once(fleet.close_round(now + 3 * second, {read("a1", with_interfaces({"eth0"}))})), SizeIs(16))
      << "eth2, which was left, and eth1 once more";
}

TEST_F(FleetTest, EndsTheOldNameOnceWhenTwoReadingsOfItDeparted) {
  fleet.put(make_container("a1", "web"), Health::none);
  (void)fleet.close_round(now, {read("a1")});
  fleet.put(make_container("a1", "www"), Health::none);
  auto lost = fleet.close_round(now + second, {read("a1")});
  ASSERT_THAT(lost.endings, SizeIs(1));
  fleet.restore(lost.endings);
  fleet.restore(lost.endings);
  EXPECT_THAT(fleet.close_round(now + 2 * second, {read("a1")}).endings, SizeIs(1));
  EXPECT_THAT(fleet.close_round(now + 3 * second, {read("a1")}).endings, IsEmpty());
}

TEST_F(FleetTest, KeepsNothingOfContainersThatAreGone) {
  for (int i = 0; i < 1'000; ++i) {
    const auto id = std::to_string(i);
    fleet.put(make_container(id, "job"), Health::none);
    const auto reading = read(id);
    (void)fleet.close_round(now, {reading});
    fleet.remove(id);
    EXPECT_THAT(fleet.close_round(now, {}).endings, SizeIs(1));
    EXPECT_EQ(reading.use_count(), 1) << "something still holds the reading";
  }
  EXPECT_EQ(fleet.size(), 0U);
}

}  // namespace
}  // namespace cspy::metrics
