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

TEST(List, SaysWhichContainersAreExcluded) {
  const auto judged = [](std::string_view list) {
    ListReader reader{Which::all, *ContainerFilter::parse(list)};
    EXPECT_TRUE(reader.feed(R"([
      {"Id":"aa","Names":["/web"],"Image":"shop/web:1","Labels":{"team":"a","containerspy.enable":"true"}},
      {"Id":"bb","Names":["/db"],"Image":"sha256:0123","Labels":{"team":"b"}},
      {"Id":"cc","Names":["/off"],"Image":"shop/web:1","Labels":{"containerspy.enable":"false","x":null}},
      {"Id":"dd","Names":[],"Image":"","Labels":null}])"));
    std::vector<Watched> result;
    for (const auto& container : *reader.finish())
      result.push_back(container.watched);
    return result;
  };
  using enum Watched;
  EXPECT_THAT(judged("*"), testing::ElementsAre(yes, yes, no, yes));
  EXPECT_THAT(judged("-db"), testing::ElementsAre(yes, no, no, unknown));
  EXPECT_THAT(judged("label:team=b"), testing::ElementsAre(no, yes, no, no));
  EXPECT_THAT(judged("image:shop/*"), testing::ElementsAre(yes, unknown, no, unknown))
      << "instead of an image whose tag has moved, Docker lists its id";
}

}  // namespace
}  // namespace cspy::docker
