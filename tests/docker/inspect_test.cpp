#include "docker/inspect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/data.hpp"

namespace cspy::docker {
namespace {

using metrics::Health;

const std::string id(64, 'a');

Inspection parse(const std::string& file) {
  auto inspection = parse_inspect(test::read_data(file));
  EXPECT_TRUE(inspection) << inspection.error().message;
  return inspection.value_or(Inspection{});
}

Inspection sample_inspection() {
  Inspection inspection;
  inspection.id = id;
  inspection.name = "/web";
  inspection.image = "shop/web:1.4";
  inspection.created = "2026-11-23T01:54:32.6Z";
  inspection.started = "2026-11-23T01:54:33.3Z";
  return inspection;
}

TEST(Inspect, ReadsWhatDocker28Says) {
  const auto inspection = parse("docker-28.5-cgroup2/inspect.web.json");
  EXPECT_EQ(inspection.name, "/web");
  EXPECT_EQ(inspection.image, "bb:1") << "Config.Image, not the id of the image";
  EXPECT_EQ(inspection.labels.at("com.example.team"), "core");
  EXPECT_TRUE(inspection.running);
  EXPECT_EQ(inspection.memory_bytes, 134'217'728);
  EXPECT_EQ(inspection.nano_cpus, 500'000'000);
  EXPECT_EQ(inspection.health, Health::none);
}

TEST(Inspect, TellsTheStates) {
  EXPECT_TRUE(parse("docker-28.5-cgroup2/inspect.paused.json").running);
  EXPECT_FALSE(parse("docker-28.5-cgroup2/inspect.exited.json").running);
  EXPECT_FALSE(parse("docker-28.5-cgroup2/inspect.created.json").running);
  EXPECT_TRUE(parse("docker-28.5-cgroup2/inspect.restarting.json").restarting);
  EXPECT_EQ(parse("docker-28.5-cgroup2/inspect.healthy.json").health, Health::healthy);
  EXPECT_EQ(parse("docker-29-cgroup2/inspect.sick.json").health, Health::not_healthy);
}

TEST(Inspect, ReadsEveryRecordedAnswer) {
  for (const auto* file : {"docker-29-cgroup2/inspect.api.json", "docker-29-cgroup2/inspect.odd.name_1.json",
                           "docker-20.10-cgroup1/inspect.web.json", "podman-5-cgroup2/inspect.web.json",
                           "fleet-cadvisor/api/inspect.never.json"}) {
    EXPECT_EQ(parse(file).id.size(), 64U) << file;
  }
}

TEST(Inspect, RefusesWhatIsNoContainer) {
  EXPECT_EQ(parse_inspect("{}").error().message, "'Id' is not a container's id");
  EXPECT_EQ(parse_inspect(R"({"Id":"../../x"})").error().message, "'Id' is not a container's id");
  EXPECT_EQ(parse_inspect(R"({"Id":"aa","Created":"now"})").error().message, "'Created' is not a time");
  EXPECT_EQ(parse_inspect(R"({"Id":"aa","Created":"2026-11-23T01:54:32Z","State":{"StartedAt":"x"}})").error().message,
            "'State.StartedAt' is not a time");
}

TEST(Health, IsCountedAsCAdvisorCountsIt) {
  EXPECT_EQ(parse_health("healthy"), Health::healthy);
  EXPECT_EQ(parse_health("unhealthy"), Health::not_healthy);
  EXPECT_EQ(parse_health("starting"), Health::not_healthy);
  EXPECT_EQ(parse_health("none"), Health::none);
  EXPECT_EQ(parse_health(""), Health::none);
}

TEST(MakeContainer, GivesCAdvisorsLabels) {
  auto inspection = sample_inspection();
  inspection.labels = {{"com.docker.compose.project", "shop"}, {"empty", ""}};
  Engine engine;
  const auto container = make_container(engine, inspection);
  EXPECT_EQ(container.name, "web");
  EXPECT_EQ(container.labels.get("id"), "/system.slice/docker-" + id + ".scope");
  EXPECT_EQ(container.labels.get("name"), "web");
  EXPECT_EQ(container.labels.get("image"), "shop/web:1.4");
  EXPECT_EQ(container.labels.get("container_label_com_docker_compose_project"), "shop");
  EXPECT_EQ(container.labels.get("container_label_restartcount"), "") << "only after a restart";
  EXPECT_EQ(container.started, 1'795'398'873'300'000'000U);
}

TEST(MakeContainer, TellsWhoseNetworkItIs) {
  const auto shares = [](const std::string& name) {
    return make_container({}, parse("docker-29-cgroup2/inspect." + name + ".json")).shares_network;
  };
  EXPECT_TRUE(shares("hostnet"));
  EXPECT_TRUE(shares("share")) << "another container's";
  EXPECT_FALSE(shares("web"));
}

TEST(MakeContainer, CountsRestartsAsALabelAsCAdvisorDoes) {
  auto inspection = sample_inspection();
  inspection.restart_count = 3;
  inspection.labels = {{"restartcount", "mine"}};
  EXPECT_EQ(make_container({}, inspection).labels.get("container_label_restartcount"), "3");
}

TEST(MakeContainer, DecidesCollisionsByTheRawKey) {
  auto inspection = sample_inspection();
  inspection.labels = {{"a-b", "dash"}, {"a.b", "dot"}, {"a_b", "underscore"}};
  EXPECT_EQ(make_container({}, inspection).labels.get("container_label_a_b"), "dash");
}

std::string text_of(const metrics::Container& container) {
  std::string text = container.id + "\n" + container.name + "\n" + container.lifecycle.image_id + "\n" +
                     container.lifecycle.image_digest + "\n";
  container.labels.for_each(
      [&](std::string_view key, std::string_view value) { text.append(key).append("=").append(value).append("\n"); });
  return text;
}

std::string body_with(std::string_view config, int restarts = 0) {
  return R"({"Id":")" + id + R"(","Name":"/web","Created":"2026-11-23T01:54:32.6Z","RestartCount":)" +
         std::to_string(restarts) + R"(,"State":{"Running":true,"StartedAt":"2026-11-23T01:54:33.3Z"},"Config":{)" +
         std::string{config} + "}}";
}

metrics::Container container_of(std::string_view body, std::string_view labels, std::string_view variables) {
  LabelRules rules;
  EXPECT_TRUE(rules.set_labels(labels));
  EXPECT_TRUE(rules.set_variables(variables));
  const auto inspection = parse_inspect(body, rules);
  EXPECT_TRUE(inspection) << inspection.error().message;
  return make_container({}, inspection.value_or(Inspection{}));
}

const std::string head = id + "\nweb\n\n\nid=/system.slice/docker-" + id + ".scope\nimage=shop/web:1.4\nname=web\n";

TEST(Labels, AreThoseThatTheRulesTakeInTheOrderOfTheirRawKeys) {
  const auto body = body_with(
      R"("Image":"shop/web:1.4","Labels":{"org.opencontainers.image.title":"web","com.docker.compose.service":"web",)"
      R"("com.docker.compose.project":"shop","com.docker.compose.config-hash":"0f3a","com.docker.swarm.node.id":"n1"})");
  EXPECT_EQ(text_of(container_of(body, "*", "")), head +
                                                      "container_label_com_docker_compose_config_hash=0f3a\n"
                                                      "container_label_com_docker_compose_project=shop\n"
                                                      "container_label_com_docker_compose_service=web\n"
                                                      "container_label_com_docker_swarm_node_id=n1\n"
                                                      "container_label_org_opencontainers_image_title=web\n");
  EXPECT_EQ(text_of(container_of(body, "com.docker.compose.*,-com_docker_compose_config_hash", "")),
            head + "container_label_com_docker_compose_project=shop\ncontainer_label_com_docker_compose_service=web\n");
  EXPECT_EQ(text_of(container_of(body, "none", "")), head);
}

TEST(Labels, OfRestartsObeyTheRulesToo) {
  const auto body = body_with(R"("Image":"shop/web:1.4")", 3);
  EXPECT_EQ(text_of(container_of(body, "*", "")), head + "container_label_restartcount=3\n");
  EXPECT_EQ(text_of(container_of(body, "-restartcount", "")), head) << "it would make new series with each restart";
}

constexpr std::string_view environment =
    R"("Image":"shop/web:1.4","Env":["PATH=/usr/bin:/bin","REGION=eu-1","Region=other","DB_PASSWORD=hunter2","NO_VALUE",)"
    R"("EMPTY=","REGION_URL=https://x/?a=b=c","=odd","API_TOKEN=t0psecret"])";

TEST(Environment, IsNotKeptUnlessItIsAskedFor) {
  EXPECT_EQ(text_of(container_of(body_with(environment), "*", "")), head);
  LabelRules rules;
  EXPECT_THAT(parse_inspect(body_with(environment))->variables, testing::IsEmpty());
  ASSERT_TRUE(rules.set_variables("REGION"));
  EXPECT_THAT(parse_inspect(body_with(environment), rules)->variables,
              testing::ElementsAre(std::pair{"REGION", "eu-1"}));
}

TEST(Environment, BecomesLabelsWhereTheRulesTakeIt) {
  EXPECT_EQ(text_of(container_of(body_with(environment), "*", "REGION*")),
            head + "container_env_region=eu-1\ncontainer_env_region_url=https://x/?a=b=c\n");
  EXPECT_EQ(text_of(container_of(body_with(environment), "*", "Region,REGION")), head + "container_env_region=eu-1\n")
      << "names that become the same keep the first in the order of the raw names";
  EXPECT_EQ(text_of(container_of(body_with(environment), "*", "region")), head) << "in its own case";
  EXPECT_EQ(text_of(container_of(body_with(R"("Image":"shop/web:1.4","Env":["A=1","A=2"])"), "*", "A")),
            head + "container_env_a=2\n")
      << "the last of one name";
}

TEST(Environment, HasNoValueInAContainerThatWasNotAskedFor) {
  for (const auto* rules :
       {"", "none", "REGION", "*,-*PASSWORD*,-*TOKEN*,-PATH", "*,!DB_*,!API_*,!PATH", "EMPTY,NO_VALUE"}) {
    const auto text = text_of(container_of(body_with(environment), "*", rules));
    for (const auto* secret : {"hunter2", "t0psecret", "/usr/bin"})
      EXPECT_THAT(text, testing::Not(testing::HasSubstr(secret))) << rules;
  }
  // A recorded answer that has some.
  const auto recorded = test::read_data("podman-5-cgroup2/inspect.web.json");
  EXPECT_THAT(text_of(container_of(recorded, "*", "")), testing::Not(testing::HasSubstr("/usr/local/sbin")));
  EXPECT_THAT(text_of(container_of(recorded, "*", "PATH")),
              testing::HasSubstr("container_env_path=/usr/local/sbin:/usr/local/bin:"));
}

TEST(Environment, ThatIsNoListOfTextsIsAnError) {
  LabelRules rules;
  ASSERT_TRUE(rules.set_variables("*"));
  EXPECT_EQ(parse_inspect(body_with(R"("Env":[5])"), rules).error().message, "'Config.Env[]' has the wrong type");
  EXPECT_TRUE(parse_inspect(body_with(R"("Env":[5])"))) << "nobody looks";
  EXPECT_TRUE(parse_inspect(body_with(R"("Env":null)"), rules));
}

TEST(MakeContainer, PutsLimitsIntoTheKernelsUnits) {
  Engine engine;
  auto inspection = sample_inspection();
  EXPECT_EQ(*make_container(engine, inspection).limits.memory_bytes, 0U) << "no limit";
  EXPECT_EQ(make_container(engine, inspection).limits.cpu_quota_us, 0U);
  EXPECT_EQ(*make_container(engine, inspection).limits.cpu_period_us, 100'000U);
  inspection.memory_bytes = 10'000'000;
  EXPECT_EQ(*make_container(engine, inspection).limits.memory_bytes, 9'998'336U) << "whole pages";
  inspection.nano_cpus = 1'500'000'000;
  EXPECT_EQ(make_container(engine, inspection).limits.cpu_quota_us, 150'000U);
  inspection.nano_cpus = 0;
  inspection.cpu_period_us = 50'000;
  inspection.cpu_quota_us = 25'000;
  EXPECT_EQ(*make_container(engine, inspection).limits.cpu_period_us, 50'000U);
  EXPECT_EQ(make_container(engine, inspection).limits.cpu_quota_us, 25'000U);
  inspection.cpu_quota_us = -1;
  EXPECT_EQ(make_container(engine, inspection).limits.cpu_quota_us, 0U) << "-1 is none";
  engine.memory_limits = false;
  EXPECT_FALSE(make_container(engine, inspection).limits.memory_bytes) << "no controller, no limit";
}

TEST(ContainerId, IsCheckedBeforeItGoesIntoAPath) {
  EXPECT_TRUE(is_container_id(id));
  EXPECT_FALSE(is_container_id(""));
  EXPECT_FALSE(is_container_id("a/b"));
  EXPECT_FALSE(is_container_id("a b"));
  EXPECT_FALSE(is_container_id("a\r\nb"));
  EXPECT_FALSE(is_container_id(std::string(129, 'a')));
}

TEST(Inspect, SaysWhetherTheContainerIsExcludedWhateverLabelsAreReported) {
  constexpr std::string_view body{
      R"({"Id":"aa","Name":"/web","Created":"2026-11-23T01:54:32Z","State":{"StartedAt":"2026-11-23T01:54:32Z"},)"
      R"("Config":{"Image":"shop/web:1","Labels":{"team":"a"}}})"};
  LabelRules no_labels;
  ASSERT_TRUE(no_labels.set_labels("none"));
  const auto watched = [&](std::string_view list) {
    return parse_inspect(body, no_labels, *ContainerFilter::parse(list))->watched;
  };
  EXPECT_EQ(watched("*"), Watched::yes);
  EXPECT_EQ(watched("image:shop/*"), Watched::yes);
  EXPECT_EQ(watched("-label:team=a"), Watched::no);
  EXPECT_EQ(watched("-web"), Watched::no);
}

}  // namespace
}  // namespace cspy::docker
