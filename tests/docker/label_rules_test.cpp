// Which labels and variables lists of globs take, and what is wrong with lists that cannot be used.
#include "docker/label_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace cspy::docker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> keys{"app", "com.docker.compose.project", "com.docker.swarm.task.id", "com_docker_x",
                                    "maintainer"};

std::vector<std::string> labels_of(std::string_view list) {
  LabelRules rules;
  const auto set = rules.set_labels(list);
  if (!set) return {set.error().message};
  std::vector<std::string> taken;
  for (const auto& key : keys) {
    if (rules.take_label(key)) taken.push_back(key);
  }
  return taken;
}

std::vector<std::string> variables_of(std::string_view list) {
  LabelRules rules;
  const auto set = rules.set_variables(list);
  if (!set) return {set.error().message};
  std::vector<std::string> taken;
  for (const auto* name : {"PATH", "REGION", "REGION_KEY", "region"}) {
    if (rules.take_variable(name)) taken.emplace_back(name);
  }
  EXPECT_TRUE(rules.any_variable() || taken.empty());
  return taken;
}

TEST(LabelRules, TakeAllLabelsAndNoVariableByThemselves) {
  const LabelRules rules;
  EXPECT_TRUE(rules.take_label("com.example.team"));
  EXPECT_TRUE(rules.take_label(""));
  EXPECT_FALSE(rules.take_variable("PATH"));
  EXPECT_FALSE(rules.any_variable());
}

TEST(LabelRules, ApplyInTheirOrder) {
  EXPECT_EQ(labels_of("*"), keys);
  EXPECT_EQ(labels_of(""), keys);
  EXPECT_EQ(labels_of(" , "), keys);
  EXPECT_THAT(labels_of("none"), IsEmpty());
  EXPECT_THAT(labels_of("app, maintainer"), ElementsAre("app", "maintainer"));
  EXPECT_THAT(labels_of("*,-com*"), ElementsAre("app", "maintainer"));
  EXPECT_THAT(labels_of("*,-com*,com.docker.swarm.*"), ElementsAre("app", "com.docker.swarm.task.id", "maintainer"));
  EXPECT_THAT(labels_of("com*,-*.project"), ElementsAre("com.docker.swarm.task.id", "com_docker_x"));
  EXPECT_THAT(labels_of("app,none,maintainer"), ElementsAre("maintainer"));
}

TEST(LabelRules, BeginWithAllWhereTheFirstIsTakenAway) {
  EXPECT_THAT(labels_of("-com*"), ElementsAre("app", "maintainer"));
  EXPECT_THAT(labels_of("!com*,! app"), ElementsAre("maintainer"));
  EXPECT_EQ(labels_of("+app"), keys);
}

TEST(LabelRules, KnowTheLabelsOfComposeAndSwarm) {
  const auto taken_by = [](std::string_view list) {
    LabelRules rules;
    EXPECT_TRUE(rules.set_labels(list)) << list;
    std::vector<std::string> taken;
    for (const auto* key :
         {"com.docker.compose.project", "com.docker.compose.service", "com.docker.compose.container-number",
          "com.docker.compose.config-hash", "com.docker.stack.namespace", "com.docker.swarm.service.name",
          "com.docker.swarm.task.name", "com.docker.swarm.node.id", "com.docker.swarm.task.id", "app"}) {
      if (rules.take_label(key)) taken.emplace_back(key);
    }
    return taken;
  };
  EXPECT_THAT(taken_by("@compose"), ElementsAre("com.docker.compose.project", "com.docker.compose.service",
                                                "com.docker.compose.container-number"));
  EXPECT_THAT(taken_by("@swarm,app"), ElementsAre("com.docker.stack.namespace", "com.docker.swarm.service.name",
                                                  "com.docker.swarm.task.name", "com.docker.swarm.node.id", "app"));
  EXPECT_THAT(taken_by("com.docker*,-@compose,-@swarm"),
              ElementsAre("com.docker.compose.config-hash", "com.docker.swarm.task.id"));
  EXPECT_THAT(taken_by("-com.docker.*,+@compose"),
              ElementsAre("com.docker.compose.project", "com.docker.compose.service",
                          "com.docker.compose.container-number", "app"));
  EXPECT_THAT(labels_of("@stack"), ElementsAre("unknown set '@stack' (known: @compose, @swarm)"));
  EXPECT_THAT(labels_of("@"), ElementsAre("unknown set '@' (known: @compose, @swarm)"));
  EXPECT_THAT(variables_of("@compose"), ElementsAre("expected names of variables, without '=' or '@'"));
}

TEST(LabelRules, FitDotsAndUnderscores) {
  EXPECT_THAT(labels_of("com_docker_compose_project"), ElementsAre("com.docker.compose.project"));
  EXPECT_THAT(labels_of("com.docker.compose.project"), ElementsAre("com.docker.compose.project"));
  EXPECT_THAT(labels_of("com.docker.?"), IsEmpty()) << "a dot is a dot";
  EXPECT_THAT(labels_of("com_docker_?"), ElementsAre("com_docker_x"));
  EXPECT_THAT(labels_of("com_docker_*"),
              ElementsAre("com.docker.compose.project", "com.docker.swarm.task.id", "com_docker_x"));
}

TEST(LabelRules, TakeVariablesByTheirOwnNamesOnlyWhereTheyAreNamed) {
  EXPECT_THAT(variables_of(""), IsEmpty());
  EXPECT_THAT(variables_of("none"), IsEmpty());
  EXPECT_THAT(variables_of("REGION"), ElementsAre("REGION"));
  EXPECT_THAT(variables_of("REGION*,!*_KEY"), ElementsAre("REGION"));
  EXPECT_THAT(variables_of("+region"), ElementsAre("region"));
  EXPECT_THAT(variables_of("*,-PATH"), ElementsAre("REGION", "REGION_KEY", "region"));
}

TEST(LabelRules, SayWhatIsWrong) {
  EXPECT_THAT(labels_of("app,-"), ElementsAre("nothing follows '-'"));
  EXPECT_THAT(labels_of("!,app"), ElementsAre("nothing follows '!'"));
  EXPECT_THAT(labels_of(std::string(513, 'x')), ElementsAre("'xxxxxxxxxxxxxxxxxxxx...' is longer than 512 bytes"));
  std::string many;
  for (std::size_t i = 0; i <= limits::label_globs_max; ++i)
    many.append("x").append(std::to_string(i)).append(",");
  EXPECT_THAT(labels_of(many), ElementsAre("there are more than 256 globs"));
  EXPECT_THAT(
      variables_of("-SECRET"),
      ElementsAre("the list starts with a removal, but there is nothing to remove yet: first name what to include"));
  EXPECT_THAT(variables_of("REGION=eu"), ElementsAre("expected names of variables, without '=' or '@'"));
}

TEST(LabelRules, StayAsTheyWereWhereAListIsWrong) {
  LabelRules rules;
  ASSERT_TRUE(rules.set_labels("app"));
  EXPECT_FALSE(rules.set_labels("-"));
  EXPECT_TRUE(rules.take_label("app"));
  EXPECT_FALSE(rules.take_label("maintainer"));
}

}  // namespace
}  // namespace cspy::docker
