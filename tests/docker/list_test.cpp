#include "docker/list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/data.hpp"

namespace cspy::docker {
namespace {

Result<std::vector<Listed>> read(std::string_view body, std::size_t step = 1'000'000) {
  ListReader reader;
  for (; !body.empty(); body.remove_prefix(std::min(step, body.size()))) {
    if (auto fed = reader.feed(body.substr(0, step)); !fed) return std::unexpected{fed.error()};
  }
  return reader.finish();
}

std::vector<std::string> summary(const std::vector<Listed>& listed) {
  std::vector<std::string> lines;
  lines.reserve(listed.size());
  for (const auto& container : listed)
    lines.push_back(container.name + (container.health.empty() ? "" : " " + container.health));
  return lines;
}

TEST(List, OfDocker28HasTheRunningOnesWithTheirHealth) {
  const auto listed = read(test::read_data("docker-28.5-cgroup2/containers.all.json"));
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_THAT(summary(*listed), testing::UnorderedElementsAre("io", "memlim", "nonet", "paused", "multi", "hostnet",
                                                              "healthy healthy", "web"));
}

TEST(List, OfDocker29HasTheHealthInAField) {
  const auto listed = read(test::read_data("docker-29-cgroup2/containers.json"));
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_THAT(summary(*listed), testing::IsSupersetOf({std::string{"api healthy"}, std::string{"sick unhealthy"},
                                                       std::string{"odd.name_1"}}));
}

TEST(List, IsTheSameHoweverItArrives) {
  const auto body = test::read_data("docker-28.5-cgroup2/containers.json");
  const auto whole = summary(*read(body));
  for (const std::size_t step : {1U, 7U, 100U})
    EXPECT_EQ(summary(*read(body, step)), whole) << step;
}

TEST(List, TakesTheNameThatIsNoLinksAlias) {
  const auto listed = read(R"([{"Id":"aa","Names":["/other/alias","/web"],"State":"running"}])");
  EXPECT_THAT(summary(*listed), testing::ElementsAre("web"));
}

TEST(List, LeavesOutWhatDoesNotRunAndWhatHasNoId) {
  EXPECT_THAT(
      *read(
          R"([{"Id":"aa","State":"exited"},{"Id":"bb","State":"restarting"},{"Id":"../x","State":"running"},{"State":"running"}])"),
      testing::IsEmpty());
}

TEST(List, OfTheWrongShapeIsAnError) {
  EXPECT_EQ(read("{}").error().message, "'' has the wrong type");
  EXPECT_EQ(read(R"([{"Names":"web"}])").error().message, "'[].Names' has the wrong type");
  EXPECT_TRUE(read(R"([{"Id":"aa")").error().message.starts_with("not JSON at byte"));
}

}  // namespace
}  // namespace cspy::docker
