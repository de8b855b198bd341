#include "metrics/oom_kills.hpp"

#include <gtest/gtest.h>

#include "metrics/sample_parts.hpp"
#include "tests/support/readings.hpp"

namespace cspy::metrics {
namespace {

using test::second;
using test::started_at;

/// What a round makes of the kernel's count of the current run; nullopt: its files are not read.
Sample completed(OomKills& kills, const Container& container, Count by_kernel) {
  Sample sample;
  sample.oom_events = by_kernel;
  kills.complete(container, sample);
  return sample;
}

TEST(OomKills, CountsEachEventOnce) {
  OomKills kills{0};
  kills.add_event("aa", started_at, 0);
  kills.add_event("aa", started_at, 0);
  kills.add_event("aa", started_at + second, 0);
  kills.add_event("bb", started_at, 0);
  EXPECT_EQ(kills.of("aa"), 2U);
  EXPECT_EQ(kills.of("bb"), 1U);
  EXPECT_EQ(kills.of("cc"), 0U);
  EXPECT_EQ(kills.last_event(), started_at + second);
}

TEST(OomKills, TakesTheKernelsCountWhereItIsMore) {
  OomKills kills{0};
  const auto container = test::make_container("aa", "web");
  kills.add_event("aa", started_at + second, started_at);
  completed(kills, *container, 5);
  EXPECT_EQ(kills.of("aa"), 5U);
  kills.add_event("aa", started_at + 2 * second, started_at);
  EXPECT_EQ(kills.of("aa"), 5U) << "both tell of the same kills";
}

TEST(OomKills, NeverFallsWhenARunEnds) {
  OomKills kills{0};
  completed(kills, *test::make_container("aa", "web"), 3);
  const auto next = test::make_container("aa", "web", started_at + second);
  kills.begin_run(*next);
  EXPECT_EQ(kills.of("aa"), 3U);
  completed(kills, *next, 1);
  kills.begin_run(*next);
  EXPECT_EQ(kills.of("aa"), 4U);
}

TEST(OomKills, OneThatOnlyAnInspectionKnowsIsOne) {
  OomKills kills{0};
  auto container = *test::make_container("aa", "web");
  container.lifecycle.oom_killed = true;
  kills.begin_run(container);
  kills.begin_run(container);
  EXPECT_EQ(kills.of("aa"), 1U);
  container.lifecycle.oom_killed = false;
  container.started += second;
  kills.begin_run(container);
  EXPECT_EQ(kills.of("aa"), 1U);
  kills.forget("aa");
  EXPECT_EQ(kills.of("aa"), 0U);
}

TEST(OomKills, SaysWhetherTheKernelAloneCountedThem) {
  OomKills kills{started_at + 9 * second};
  const auto web = test::make_container("aa", "web");
  EXPECT_TRUE(completed(kills, *web, 0).kills_by_kernel);
  EXPECT_FALSE(completed(kills, *web, std::nullopt).kills_by_kernel) << "events may be lost";
  kills.add_event("aa", started_at + 10 * second, started_at);
  const auto once = completed(kills, *web, 1);
  EXPECT_TRUE(once.kills_by_kernel) << "the event is the kernel's kill";
  EXPECT_EQ(once.agent_begun, started_at + 9 * second);
  const auto next = test::make_container("aa", "web", started_at + 20 * second);
  const auto over_runs = completed(kills, *next, 0);
  EXPECT_EQ(over_runs.oom_events, 1U);
  EXPECT_FALSE(over_runs.kills_by_kernel) << "the next agent does not know the first run's";
}

TEST(OomKills, CountsAKillOfAnEarlierRunThatOnlyTheEngineRemembersAsItsOwn) {
  OomKills kills{started_at + 9 * second};
  kills.add_event("aa", started_at - 20 * second, 0);
  const auto sample = completed(kills, *test::make_container("aa", "web"), 0);
  EXPECT_EQ(sample.oom_events, 1U);
  EXPECT_FALSE(sample.kills_by_kernel);
}

TEST(OomKills, LeavesAMissedCountAlone) {
  OomKills kills{0};
  const auto web = test::make_container("aa", "web");
  completed(kills, *web, 2);
  Sample sample;
  sample.missed = parts_of({&Sample::oom_events});
  kills.complete(*web, sample);
  EXPECT_FALSE(sample.oom_events);
  EXPECT_TRUE(completed(kills, *web, 2).kills_by_kernel) << "a failed read changes nothing";
}

}  // namespace
}  // namespace cspy::metrics
