#include "metrics/oom_kills.hpp"

#include <gtest/gtest.h>

#include "tests/support/readings.hpp"

namespace cspy::metrics {
namespace {

using test::second;
using test::started_at;

TEST(OomKills, CountsEachEventOnce) {
  OomKills kills;
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
  OomKills kills;
  const auto container = test::make_container("aa", "web");
  kills.add_event("aa", started_at + second, started_at);
  kills.count(*container, 5);
  EXPECT_EQ(kills.of("aa"), 5U);
  kills.add_event("aa", started_at + 2 * second, started_at);
  EXPECT_EQ(kills.of("aa"), 5U) << "both tell of the same kills";
}

TEST(OomKills, NeverFallsWhenARunEnds) {
  OomKills kills;
  kills.count(*test::make_container("aa", "web"), 3);
  const auto next = test::make_container("aa", "web", started_at + second);
  kills.begin_run(*next);
  EXPECT_EQ(kills.of("aa"), 3U);
  kills.count(*next, 1);
  kills.begin_run(*next);
  EXPECT_EQ(kills.of("aa"), 4U);
}

TEST(OomKills, OneThatOnlyAnInspectionKnowsIsOne) {
  OomKills kills;
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

}  // namespace
}  // namespace cspy::metrics
