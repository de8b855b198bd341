#include "docker/inspections.hpp"

#include <gtest/gtest.h>

namespace cspy::docker {
namespace {

using std::chrono::seconds;

struct InspectionsTest : testing::Test {
  std::string take() { return inspections.take(now).value_or("-"); }

  net::TimePoint now{seconds{100}};
  Inspections inspections;
};

TEST_F(InspectionsTest, GivesEachIdOnce) {
  inspections.add("aa", now);
  inspections.add("aa", now);
  EXPECT_EQ(take(), "aa");
  EXPECT_EQ(take(), "-");
  EXPECT_TRUE(inspections.done("aa", true, now));
  EXPECT_EQ(take(), "-");
  EXPECT_EQ(inspections.next_due(now), net::TimePoint::max());
}

TEST_F(InspectionsTest, DropsAnAnswerFromBeforeAChange) {
  inspections.add("aa", now);
  EXPECT_EQ(take(), "aa");
  inspections.add("aa", now);
  EXPECT_EQ(take(), "-") << "one at a time";
  EXPECT_FALSE(inspections.done("aa", true, now));
  EXPECT_EQ(take(), "aa") << "again";
  inspections.outdate("aa");
  inspections.outdate("unknown");
  EXPECT_FALSE(inspections.done("aa", true, now));
  EXPECT_EQ(take(), "aa");
  EXPECT_TRUE(inspections.done("aa", true, now));
}

TEST_F(InspectionsTest, MakesOnlyTheOneThatFailedWaitAndLongerEachTime) {
  inspections.add("bad", now);
  for (const int wait : {2, 4, 8, 8}) {
    EXPECT_EQ(take(), "bad");
    EXPECT_TRUE(inspections.done("bad", false, now));
    EXPECT_TRUE(inspections.has_failed());
    EXPECT_EQ(inspections.next_due(now), now + seconds{wait});
    inspections.add("good", now);
    EXPECT_EQ(take(), "good");
    EXPECT_TRUE(inspections.done("good", true, now));
    inspections.add("bad", now);
    EXPECT_EQ(take(), "-") << "an event does not shorten the wait";
    now += seconds{wait};
  }
  EXPECT_EQ(take(), "bad");
  EXPECT_TRUE(inspections.done("bad", true, now));
  EXPECT_FALSE(inspections.has_failed());
}

TEST_F(InspectionsTest, KeepsPlacesForThoseThatHaveNotFailed) {
  for (const char* id : {"b1", "b2", "b3", "b4"}) {
    inspections.add(id, now);
    EXPECT_EQ(take(), id);
    EXPECT_TRUE(inspections.done(id, false, now));
  }
  now += seconds{10};
  EXPECT_NE(take(), "-");
  EXPECT_NE(take(), "-");
  EXPECT_EQ(take(), "-") << "two of those that failed, and no more";
  EXPECT_EQ(inspections.next_due(now), net::TimePoint::max());
  inspections.add("good", now);
  EXPECT_EQ(take(), "good");
}

TEST_F(InspectionsTest, HasBounds) {
  for (std::size_t i = 0; i < limits::containers_max + 5; ++i)
    inspections.add(std::to_string(i), now);
  for (std::size_t i = 0; i < limits::inspect_concurrency; ++i)
    EXPECT_NE(take(), "-");
  EXPECT_EQ(take(), "-");
  EXPECT_EQ(inspections.in_progress(), limits::inspect_concurrency);
  // Those that take long do not count, up to a bound.
  EXPECT_EQ(inspections.next_due(now), now + limits::request_patience);
  for (auto left = limits::requests_at_once_max - limits::inspect_concurrency; left > 0; --left) {
    if (take() != "-") continue;
    now += limits::request_patience;
    EXPECT_NE(take(), "-");
  }
  now += limits::request_patience;
  EXPECT_EQ(inspections.in_progress(), limits::requests_at_once_max);
  EXPECT_EQ(take(), "-");
  EXPECT_EQ(inspections.next_due(now), net::TimePoint::max()) << "the end of one of them comes first";
}

TEST_F(InspectionsTest, KnowsWhetherAnythingWasNeverTried) {
  EXPECT_FALSE(inspections.has_untried());
  inspections.add("aa", now);
  EXPECT_TRUE(inspections.has_untried());
  EXPECT_EQ(take(), "aa");
  EXPECT_TRUE(inspections.has_untried()) << "not yet";
  EXPECT_TRUE(inspections.done("aa", false, now));
  EXPECT_FALSE(inspections.has_untried());
}

TEST_F(InspectionsTest, ForgetsWhatNobodyWantsToKnow) {
  EXPECT_FALSE(inspections.drop("aa"));
  inspections.add("aa", now);
  EXPECT_TRUE(inspections.drop("aa")) << "it waited";
  EXPECT_EQ(take(), "-");
  inspections.add("aa", now);
  EXPECT_EQ(take(), "aa");
  EXPECT_TRUE(inspections.drop("aa")) << "it is in progress";
  EXPECT_FALSE(inspections.done("aa", true, now)) << "its answer is not wanted";
  EXPECT_EQ(inspections.in_progress(), 0U);
  EXPECT_EQ(inspections.next_due(now), net::TimePoint::max()) << "nor another one";
  inspections.add("aa", now);
  EXPECT_EQ(take(), "aa");
  EXPECT_TRUE(inspections.drop("aa"));
  inspections.add("aa", now);
  EXPECT_FALSE(inspections.done("aa", true, now));
  EXPECT_EQ(take(), "aa") << "it is wanted again";
  EXPECT_TRUE(inspections.done("aa", false, now));
  EXPECT_TRUE(inspections.has_failed());
  EXPECT_TRUE(inspections.drop("aa"));
  EXPECT_FALSE(inspections.has_failed());
  inspections.add("aa", now);
  EXPECT_EQ(take(), "aa");
  EXPECT_TRUE(inspections.drop("aa"));
  EXPECT_FALSE(inspections.done("aa", false, now)) << "a failure is not tried again";
  EXPECT_FALSE(inspections.has_failed());
}

}  // namespace
}  // namespace cspy::docker
