#include "docker/changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/readings.hpp"

namespace cspy::docker {
namespace {

using metrics::Fleet;
using metrics::Health;
using test::second;
using test::started_at;
using testing::ElementsAre;
using testing::IsEmpty;

struct ChangesTest : testing::Test {
  ChangesTest() { fleet.put(test::make_container("aa", "web"), Health::none); }
  Fleet fleet;
};

TEST_F(ChangesTest, AStartIsInspected) {
  EXPECT_TRUE(apply({.id = "bb", .action = "start", .time = started_at}, fleet));
}

TEST_F(ChangesTest, ADeathAndADestructionEndIt) {
  EXPECT_FALSE(apply({.id = "aa", .action = "die", .time = started_at + second}, fleet));
  EXPECT_EQ(fleet.find("aa"), nullptr);
  fleet.put(test::make_container("aa", "web"), Health::none);
  EXPECT_FALSE(apply({.id = "aa", .action = "destroy", .time = 0}, fleet));
  EXPECT_EQ(fleet.find("aa"), nullptr);
}

TEST_F(ChangesTest, TheDeathOfAnEarlierRunDoesNotEndThisOne) {
  EXPECT_FALSE(apply({.id = "aa", .action = "die", .time = started_at - second}, fleet));
  EXPECT_NE(fleet.find("aa"), nullptr);
}

TEST_F(ChangesTest, AChangeOfARunningContainerIsInspected) {
  EXPECT_TRUE(apply({.id = "aa", .action = "rename", .time = started_at + second}, fleet));
  EXPECT_TRUE(apply({.id = "aa", .action = "update", .time = started_at + second}, fleet));
  EXPECT_FALSE(apply({.id = "zz", .action = "rename", .time = started_at + second}, fleet)) << "it does not run";
}

TEST_F(ChangesTest, HealthIsTakenFromTheEventAndTheStreakOfFailuresIsInspected) {
  EXPECT_TRUE(apply({.id = "aa", .action = "health_status: healthy", .time = started_at + second}, fleet));
  EXPECT_EQ(fleet.find("aa")->health, Health::healthy);
  EXPECT_TRUE(apply({.id = "aa", .action = "health_status: unhealthy", .time = started_at + second}, fleet));
  EXPECT_EQ(fleet.find("aa")->health, Health::not_healthy);
  EXPECT_FALSE(apply({.id = "aa", .action = "health_status: healthy", .time = started_at - second}, fleet));
  EXPECT_EQ(fleet.find("aa")->health, Health::not_healthy) << "of an earlier run";
}

TEST_F(ChangesTest, OtherEventsChangeNothing) {
  for (const auto* action : {"exec_start: sh", "attach", "kill"})
    EXPECT_FALSE(apply({.id = "aa", .action = action, .time = 0}, fleet));
  EXPECT_EQ(fleet.size(), 1U);
}

TEST_F(ChangesTest, APausedContainerIsLookedAtAgain) {
  EXPECT_TRUE(apply({.id = "aa", .action = "pause", .time = 0}, fleet));
  EXPECT_TRUE(apply({.id = "aa", .action = "unpause", .time = 0}, fleet));
  EXPECT_FALSE(apply({.id = "unknown", .action = "pause", .time = 0}, fleet));
}

TEST_F(ChangesTest, OomKillsAreCountedOverAllRunsUntilTheContainerIsDestroyed) {
  EXPECT_TRUE(apply({.id = "aa", .action = "oom", .time = started_at + second}, fleet)) << "does it run on?";
  EXPECT_FALSE(apply({.id = "aa", .action = "die", .time = started_at + second}, fleet));
  EXPECT_FALSE(apply({.id = "aa", .action = "oom", .time = started_at + second}, fleet)) << "it does not run";
  fleet.put(test::make_container("aa", "web", started_at + 2 * second), Health::none);
  EXPECT_TRUE(apply({.id = "aa", .action = "oom", .time = started_at + 3 * second}, fleet));
  EXPECT_TRUE(apply({.id = "aa", .action = "oom", .time = started_at + 3 * second}, fleet)) << "told again";
  EXPECT_EQ(fleet.oom_kills().of("aa"), 2U);
  EXPECT_FALSE(apply({.id = "aa", .action = "destroy", .time = 0}, fleet));
  EXPECT_EQ(fleet.oom_kills().of("aa"), 0U);
}

TEST_F(ChangesTest, PodmanTellsOfAKillWithTheDeath) {
  EXPECT_FALSE(apply({.id = "aa", .action = "die", .time = started_at + second, .oom_killed = true}, fleet));
  EXPECT_EQ(fleet.oom_kills().of("aa"), 1U);
}

TEST_F(ChangesTest, OfAllContainersADeathAndACreationAreInspected) {
  EXPECT_TRUE(apply({.id = "aa", .action = "die", .time = started_at + second}, fleet, Which::all));
  EXPECT_NE(fleet.find("aa"), nullptr) << "until it is known what became of it";
  EXPECT_TRUE(apply({.id = "bb", .action = "create", .time = started_at}, fleet, Which::all));
}

TEST_F(ChangesTest, AListOfAllContainersShowsWhichBeganOrCeasedToRun) {
  auto stopped = *test::make_container("bb", "job");
  stopped.subject = metrics::Subject::stopped;
  fleet.put(std::make_shared<const metrics::Container>(stopped), Health::none);
  EXPECT_THAT(reconcile({{.id = "aa", .name = "web", .health = "", .runs = false},
                         {.id = "bb", .name = "job", .health = "", .runs = false}},
                        fleet),
              ElementsAre("aa"));
  EXPECT_THAT(reconcile({{.id = "aa", .name = "web", .health = ""}, {.id = "bb", .name = "job", .health = ""}}, fleet),
              ElementsAre("bb"));
}

TEST_F(ChangesTest, AListBringsTheFleetUpToDate) {
  fleet.put(test::make_container("cc", "old"), Health::none);
  fleet.put(test::make_container("dd", "gone"), Health::none);
  const auto inspect = reconcile({{.id = "aa", .name = "web", .health = "healthy"},
                                  {.id = "bb", .name = "new", .health = ""},
                                  {.id = "cc", .name = "renamed", .health = ""}},
                                 fleet);
  EXPECT_THAT(inspect, ElementsAre("aa", "bb", "cc")) << "another health, a new one, another name";
  EXPECT_EQ(fleet.find("dd"), nullptr);
  EXPECT_EQ(fleet.find("aa")->health, Health::healthy);
}

TEST_F(ChangesTest, AListDoesNotOverruleWhatHappenedAfterIt) {
  fleet.put(test::make_container("bb", "fresh"), Health::none);
  const auto inspect =
      reconcile({{.id = "aa", .name = "web", .health = "healthy"}}, fleet, {{"aa", true}, {"bb", true}});
  EXPECT_THAT(inspect, ElementsAre("aa", "bb")) << "both are looked at";
  EXPECT_NE(fleet.find("bb"), nullptr) << "it started after the list was made";
  EXPECT_NE(fleet.find("aa")->health, Health::healthy);
}

TEST_F(ChangesTest, AnExcludedContainerIsNotInspected) {
  const auto excluded = [](const char* id, const char* action) {
    return Event{.id = id, .action = action, .time = 0, .watched = Watched::no};
  };
  EXPECT_FALSE(apply(excluded("bb", "start"), fleet));
  EXPECT_FALSE(apply(excluded("bb", "create"), fleet, Which::all));
  EXPECT_FALSE(apply(excluded("bb", "die"), fleet, Which::all));
  EXPECT_FALSE(apply(excluded("bb", "oom"), fleet));
  EXPECT_EQ(fleet.oom_kills().of("bb"), 0U) << "nothing is kept of it";
  EXPECT_TRUE(apply(excluded("aa", "update"), fleet)) << "only a new name or a new run decides about a known one";
  EXPECT_FALSE(apply({.id = "aa", .action = "rename", .time = 1, .watched = Watched::no}, fleet));
  EXPECT_NE(fleet.find("aa"), nullptr) << "the event is older than the run";
  EXPECT_FALSE(apply(excluded("aa", "rename"), fleet));
  EXPECT_EQ(fleet.find("aa"), nullptr);
}

TEST_F(ChangesTest, ANewNameMayEndTheExclusion) {
  const auto renamed = [&](Watched now, Watched before) {
    return apply({.id = "bb", .action = "rename", .time = 0, .watched = now, .watched_before = before}, fleet);
  };
  EXPECT_TRUE(renamed(Watched::yes, Watched::no));
  EXPECT_TRUE(renamed(Watched::yes, Watched::unknown));
  EXPECT_TRUE(renamed(Watched::unknown, Watched::unknown));
  EXPECT_FALSE(renamed(Watched::yes, Watched::yes)) << "it is not known, so it does not run";
  EXPECT_FALSE(renamed(Watched::no, Watched::no));
}

TEST_F(ChangesTest, AListEndsWhatItExcludes) {
  const Listed web{.id = "aa", .name = "web", .health = "", .watched = Watched::no};
  const Listed job{.id = "bb", .name = "job", .health = "", .watched = Watched::no};
  const Listed maybe{.id = "cc", .name = "maybe", .health = "", .watched = Watched::unknown};
  EXPECT_THAT(reconcile({web, job}, fleet, {{"aa", false}}), IsEmpty()) << "an event was later";
  EXPECT_NE(fleet.find("aa"), nullptr);
  EXPECT_THAT(reconcile({web, job, maybe}, fleet), ElementsAre("cc"));
  EXPECT_EQ(fleet.find("aa"), nullptr);
}

TEST_F(ChangesTest, PodmanSaysRemoveForDestroy) {
  EXPECT_FALSE(apply({.id = "aa", .action = "remove", .time = 0}, fleet));
  EXPECT_EQ(fleet.find("aa"), nullptr);
}

TEST_F(ChangesTest, AListThatAgreesChangesNothing) {
  EXPECT_THAT(reconcile({{.id = "aa", .name = "web", .health = ""}}, fleet), IsEmpty());
  EXPECT_EQ(fleet.size(), 1U);
}

}  // namespace
}  // namespace cspy::docker
