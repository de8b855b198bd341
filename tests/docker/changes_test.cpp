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

TEST_F(ChangesTest, HealthIsTakenFromTheEvent) {
  EXPECT_FALSE(apply({.id = "aa", .action = "health_status: healthy", .time = started_at + second}, fleet));
  EXPECT_EQ(fleet.find("aa")->health, Health::healthy);
  EXPECT_FALSE(apply({.id = "aa", .action = "health_status: unhealthy", .time = started_at + second}, fleet));
  EXPECT_EQ(fleet.find("aa")->health, Health::not_healthy);
  EXPECT_FALSE(apply({.id = "aa", .action = "health_status: healthy", .time = started_at - second}, fleet));
  EXPECT_EQ(fleet.find("aa")->health, Health::not_healthy) << "of an earlier run";
}

TEST_F(ChangesTest, OtherEventsChangeNothing) {
  for (const auto* action : {"pause", "unpause", "exec_start: sh", "attach", "kill"})
    EXPECT_FALSE(apply({.id = "aa", .action = action, .time = 0}, fleet));
  EXPECT_EQ(fleet.size(), 1U);
}

TEST_F(ChangesTest, AListBringsTheFleetUpToDate) {
  fleet.put(test::make_container("cc", "old"), Health::none);
  fleet.put(test::make_container("dd", "gone"), Health::none);
  const auto inspect = reconcile({{.id = "aa", .name = "web", .health = "healthy"},
                                  {.id = "bb", .name = "new", .health = ""},
                                  {.id = "cc", .name = "renamed", .health = ""}},
                                 fleet);
  EXPECT_THAT(inspect, ElementsAre("bb", "cc"));
  EXPECT_EQ(fleet.find("dd"), nullptr);
  EXPECT_EQ(fleet.find("aa")->health, Health::healthy);
}

TEST_F(ChangesTest, AListThatAgreesChangesNothing) {
  EXPECT_THAT(reconcile({{.id = "aa", .name = "web", .health = ""}}, fleet), IsEmpty());
  EXPECT_EQ(fleet.size(), 1U);
}

}  // namespace
}  // namespace cspy::docker
