#include "docker/engine.hpp"

#include <gtest/gtest.h>

#include "tests/support/data.hpp"

namespace cspy::docker {
namespace {

Engine engine_with(ApiVersion max, ApiVersion min, std::string version = "28.5.2") {
  Engine engine;
  engine.api_max = max;
  engine.api_min = min;
  engine.version = std::move(version);
  return engine;
}

TEST(ApiVersion, IsReadAndCompared) {
  EXPECT_EQ(parse_api_version("1.44"), (ApiVersion{1, 44}));
  for (const auto* text : {"", "1", "1.", ".44", "1.44x", "v1.44", "1.-4"})
    EXPECT_EQ(parse_api_version(text), std::nullopt) << text;
  EXPECT_LT((ApiVersion{1, 9}), (ApiVersion{1, 41}));
  EXPECT_EQ((ApiVersion{1, 44}).text(), "1.44");
}

TEST(Negotiation, TakesTheEnginesVersionWithinWhatBothKnow) {
  EXPECT_EQ(engine_with({1, 41}, {1, 12}).api().text(), "1.41") << "Docker 20.10";
  EXPECT_EQ(engine_with({1, 51}, {1, 24}).api().text(), "1.51") << "Docker 28.5";
  EXPECT_EQ(engine_with({1, 56}, {1, 40}).api().text(), "1.52") << "newer than we know";
  EXPECT_EQ(engine_with({1, 60}, {1, 55}).api().text(), "1.55") << "an engine that takes only newer ones";
}

TEST(SlowStats, AreThoseBeforeOneShotWasMadeDirect) {
  for (const auto* version : {"20.10.24+dfsg1", "23.0.7", "24.0.6", ""}) {
    EXPECT_TRUE(engine_with({1, 43}, {1, 12}, version).slow_stats()) << version;
  }
  for (const auto* version : {"23.0.8", "23.1.0", "24.0.7", "25.0.0", "28.5.2+dfsg4", "29.4.0"}) {
    EXPECT_FALSE(engine_with({1, 43}, {1, 12}, version).slow_stats()) << version;
  }
  EXPECT_TRUE(engine_with({1, 40}, {1, 12}, "28.0.0").slow_stats()) << "one-shot is not known below 1.41";
  auto podman = engine_with({1, 44}, {1, 24}, "5.8.6");
  podman.podman = true;
  EXPECT_FALSE(podman.slow_stats());
}

TEST(EngineAnswers, OfDocker28AreUnderstood) {
  Engine engine;
  apply_ping(engine, "Docker/28.5.2+dfsg4 (linux)", "1.51");
  EXPECT_EQ(engine.version, "28.5.2+dfsg4");
  ASSERT_TRUE(apply_version(engine, test::read_data("docker-28.5-cgroup2/version.json")));
  ASSERT_TRUE(apply_info(engine, test::read_data("docker-28.5-cgroup2/info.json")));
  EXPECT_EQ(engine.api_max, (ApiVersion{1, 51}));
  EXPECT_EQ(engine.api_min, (ApiVersion{1, 24}));
  EXPECT_EQ(engine.runc_version, "1.3.6+ds1");
  EXPECT_EQ(engine.name, "labvm");
  EXPECT_EQ(engine.kernel_version, "6.1.0-56-amd64");
  EXPECT_EQ(engine.memory_bytes, 4'103'290'880U);
  EXPECT_EQ(engine.cgroup_driver, CgroupDriver::cgroupfs);
  EXPECT_EQ(engine.cgroup_version, 2U);
  EXPECT_FALSE(engine.podman);
  EXPECT_FALSE(engine.rootless);
  EXPECT_TRUE(engine.info_known);
}

TEST(EngineAnswers, OfPodmanAndOfOldDockerAreUnderstood) {
  Engine podman;
  apply_ping(podman, "Libpod/5.8.6 (linux)", "1.44");
  EXPECT_TRUE(podman.podman);
  ASSERT_TRUE(apply_version(podman, test::read_data("podman-5-cgroup2/version.json")));
  ASSERT_TRUE(apply_info(podman, test::read_data("podman-5-cgroup2/info.json")));
  EXPECT_EQ(podman.cgroup_version, 2U);
  Engine old;
  ASSERT_TRUE(apply_version(old, test::read_data("docker-20.10-cgroup1/version.json")));
  ASSERT_TRUE(apply_info(old, test::read_data("docker-20.10-cgroup1/info.json")));
  EXPECT_EQ(old.cgroup_version, 1U);
  EXPECT_EQ(old.api(), (ApiVersion{1, 41}));
}

TEST(EngineAnswers, TellWindowsWhereOnlyThePingIsAllowed) {
  Engine engine;
  apply_ping(engine, "Docker/28.5.2 (windows)", "1.51");
  EXPECT_TRUE(engine.windows);
  EXPECT_EQ(engine.version, "28.5.2");
  apply_ping(engine, "Docker/28.5.2 (linux)", "1.51");
  EXPECT_FALSE(engine.windows);
}

TEST(EngineAnswers, TellRootless) {
  Engine engine;
  ASSERT_TRUE(apply_info(
      engine, R"({"SecurityOptions":["name=seccomp,profile=builtin","name=rootless"],"CgroupDriver":"none"})"));
  EXPECT_TRUE(engine.rootless);
  EXPECT_EQ(engine.cgroup_driver, CgroupDriver::none);
}

TEST(EngineAnswers, OfTheWrongShapeAreErrors) {
  Engine engine;
  EXPECT_EQ(apply_info(engine, "[]").error().message, "'' has the wrong type");
  EXPECT_EQ(apply_info(engine, R"({"MemTotal":"much"})").error().message, "'MemTotal' has the wrong type");
  EXPECT_EQ(apply_version(engine, R"({"Components":[{"Name":1}]})").error().message,
            "'Components[].Name' has the wrong type");
}

}  // namespace
}  // namespace cspy::docker
