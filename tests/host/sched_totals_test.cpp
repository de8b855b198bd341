#include "host/sched_totals.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace cspy::host {
namespace {

constexpr UnixNanos started = 1'795'000'000 * nanos_per_second;

SchedCounters counters(std::uint64_t run_ns) {
  return {.run_ns = run_ns, .runqueue_ns = 2 * run_ns, .periods = 3 * run_ns};
}

TEST(SchedTotals, AddUpAllProcesses) {
  SchedTotals totals;
  EXPECT_EQ(totals.add("a1", started, {{7, counters(100)}, {3, counters(20)}}), counters(120));
  EXPECT_EQ(totals.add("b2", started, {{9, counters(5)}}), counters(5));
  EXPECT_EQ(totals.add("a1", started, {{7, counters(110)}, {3, counters(25)}}), counters(135));
}

TEST(SchedTotals, KeepWhatEndedProcessesHad) {
  SchedTotals totals;
  (void)totals.add("a1", started, {{3, counters(20)}, {7, counters(100)}});
  EXPECT_EQ(totals.add("a1", started, {{3, counters(30)}}), counters(130));
  EXPECT_EQ(totals.add("a1", started, {{3, counters(30)}, {8, counters(1)}}), counters(131));
  EXPECT_EQ(totals.add("a1", started, {}), counters(131));
  EXPECT_EQ(totals.add("a1", started, {{9, counters(2)}}), counters(133));
}

TEST(SchedTotals, NoticeANumberThatWentToAnotherProcess) {
  SchedTotals totals;
  (void)totals.add("a1", started, {{7, counters(100)}});
  EXPECT_EQ(totals.add("a1", started, {{7, counters(10)}}), counters(110));
}

TEST(SchedTotals, BeginAnewWithAnotherRun) {
  SchedTotals totals;
  (void)totals.add("a1", started, {{7, counters(100)}});
  EXPECT_EQ(totals.add("a1", started + 1, {{8, counters(10)}}), counters(10));
}

void idle(SchedTotals& totals, std::uint32_t rounds, bool goes_on) {
  for (std::uint32_t round = 0; round < rounds; ++round)
    totals.begin_round(
        [goes_on](std::string_view id, UnixNanos since) { return goes_on && id == "a1" && since == started; });
}

TEST(SchedTotals, ForgetARunThatEndedLongAgo) {
  SchedTotals totals;
  (void)totals.add("a1", started, {{7, counters(100)}});
  idle(totals, limits::sched_idle_rounds_max, false);
  EXPECT_EQ(totals.add("a1", started, {{8, counters(1)}}), counters(101));
  idle(totals, limits::sched_idle_rounds_max + 1, false);
  EXPECT_EQ(totals.containers(), 0U);
  EXPECT_EQ(totals.add("a1", started, {{8, counters(2)}}), counters(2));
}

TEST(SchedTotals, KeepARunThatGoesOnHoweverLongItIsNotRead) {
  SchedTotals totals;
  (void)totals.add("a1", started, {{7, counters(100)}});
  (void)totals.add("b2", started, {{9, counters(5)}});
  idle(totals, 2 * limits::sched_idle_rounds_max, true);
  EXPECT_EQ(totals.containers(), 1U);
  EXPECT_EQ(totals.add("a1", started, {{8, counters(1)}}), counters(101));
}

TEST(SchedTotals, AreBounded) {
  SchedTotals totals;
  SchedTasks many;
  for (std::size_t pid = 0; pid < limits::sched_tasks_max; ++pid)
    many.emplace_back(static_cast<std::uint32_t>(pid), counters(1));
  EXPECT_EQ(totals.add("a1", started, {{7, counters(4)}}), counters(4));
  EXPECT_EQ(totals.add("b2", started, many), std::nullopt);
  EXPECT_EQ(totals.containers(), 1U);
  EXPECT_EQ(totals.add("a1", started, many), counters(limits::sched_tasks_max + 4))
      << "its own room counts as free: the process 7 began anew";
  EXPECT_EQ(totals.add("c3", started, {}), std::nullopt) << "a container takes room without processes too";
}

}  // namespace
}  // namespace cspy::host
