// Which containers a list of globs watches, and what is wrong with lists that cannot be used.
#include "docker/container_filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace cspy::docker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<Traits> fleet{
    {.name = "shop-web-1",
     .image = "registry.example.org/shop/web:1.4",
     .labels = {{"com.docker.compose.project", "shop"}, {"com.docker.compose.service", "web"}, {"team", "front"}}},
    {.name = "shop-db-1",
     .image = "postgres:17",
     .labels = {{"com.docker.compose.project", "shop"}, {"com.docker.compose.service", "db"}}},
    {.name = "stack_api.1.x7", .image = "api:2", .labels = {{"com.docker.swarm.service.name", "stack_api"}}},
    {.name = "job", .image = "busybox", .labels = {{"team", ""}}},
    {.name = "secret", .image = "busybox", .labels = {{"containerspy.enable", "False"}, {"team", "front"}}},
};

std::vector<std::string> watched_by(std::string_view list) {
  const auto filter = ContainerFilter::parse(list);
  if (!filter) return {filter.error().message};
  std::vector<std::string> names;
  for (const auto& traits : fleet) {
    if (filter->judge(traits) == Watched::yes) names.push_back(*traits.name);
  }
  return names;
}

TEST(ContainerFilter, WatchesAllThatDoNotOptOut) {
  for (const auto* list : {"", "*", " , ", "-nothing", "+job", "name:*", "*,image:*"}) {
    EXPECT_THAT(watched_by(list), ElementsAre("shop-web-1", "shop-db-1", "stack_api.1.x7", "job")) << list;
  }
  EXPECT_EQ(ContainerFilter{}.judge(fleet.back()), Watched::no);
  EXPECT_THAT(watched_by("secret"), IsEmpty()) << "the label counts whatever the list says";
}

TEST(ContainerFilter, AppliesGlobsOverNamesInTheirOrder) {
  EXPECT_THAT(watched_by("shop-*"), ElementsAre("shop-web-1", "shop-db-1"));
  EXPECT_THAT(watched_by("shop-*,-*-db-?"), ElementsAre("shop-web-1"));
  EXPECT_THAT(watched_by("-shop-*, shop-db-1"), ElementsAre("shop-db-1", "stack_api.1.x7", "job"));
  EXPECT_THAT(watched_by("!shop-*"), ElementsAre("stack_api.1.x7", "job"));
  EXPECT_THAT(watched_by("shop"), IsEmpty()) << "the whole name";
  EXPECT_THAT(watched_by("none"), IsEmpty());
  EXPECT_THAT(watched_by("job,none,shop-web-1"), ElementsAre("shop-web-1"));
}

TEST(ContainerFilter, MatchesImagesAndLabels) {
  EXPECT_THAT(watched_by("image:postgres:*,image:registry.example.org/*"), ElementsAre("shop-web-1", "shop-db-1"));
  EXPECT_THAT(watched_by("image:busybox"), ElementsAre("job"));
  EXPECT_THAT(watched_by("label:team"), ElementsAre("shop-web-1", "job"));
  EXPECT_THAT(watched_by("label:team=fr*"), ElementsAre("shop-web-1"));
  EXPECT_THAT(watched_by("label:team="), ElementsAre("job")) << "an empty value";
  EXPECT_THAT(watched_by("-label:team"), ElementsAre("shop-db-1", "stack_api.1.x7"));
  EXPECT_THAT(watched_by("project:shop,-service:db"), ElementsAre("shop-web-1"));
  EXPECT_THAT(watched_by("service:web,service:stack_*"), ElementsAre("shop-web-1", "stack_api.1.x7"));
}

TEST(ContainerFilter, LeavesOpenWhatDependsOnSomethingThatIsNotKnown) {
  const Traits nothing;
  EXPECT_EQ(ContainerFilter{}.judge(nothing), Watched::yes);
  EXPECT_EQ(ContainerFilter::parse("image:busybox")->judge(nothing), Watched::unknown);
  EXPECT_EQ(ContainerFilter::parse("-image:busybox,job")->judge({.name = "job", .image = {}}), Watched::yes);
  EXPECT_EQ(ContainerFilter::parse("-image:busybox")->judge({.name = "job", .image = {}}), Watched::unknown);
  EXPECT_EQ(ContainerFilter::parse("-job")->judge(nothing), Watched::unknown);
}

TEST(ContainerFilter, WantsOnlyTheLabelsThatDecide) {
  const auto filter = ContainerFilter::parse("label:team=a,service:x");
  ASSERT_TRUE(filter);
  for (const auto* key : {"containerspy.enable", "team", "com.docker.compose.service", "com.docker.swarm.service.name"})
    EXPECT_TRUE(filter->wants(key)) << key;
  for (const auto* key : {"", "tea", "com.docker.compose.project", "maintainer"})
    EXPECT_FALSE(filter->wants(key)) << key;
}

TEST(ContainerFilter, SaysWhatIsWrongWithAList) {
  EXPECT_THAT(watched_by("a,-"), ElementsAre("nothing follows '-'"));
  EXPECT_THAT(watched_by("image:"), ElementsAre("nothing follows 'image:'"));
  EXPECT_THAT(watched_by("-project: "), ElementsAre("nothing follows 'project:'"));
  EXPECT_THAT(watched_by("label:=x"), ElementsAre("no key follows 'label:'"));
  EXPECT_THAT(watched_by("stack:shop"),
              ElementsAre("unknown prefix 'stack:' (known: name, image, label, project, service)"));
  EXPECT_THAT(watched_by(std::string(1'025, 'x')), ElementsAre("'xxxxxxxxxxxxxxxxxxxx...' is longer than 1024 bytes"));
  std::string many;
  for (std::size_t i = 0; i <= limits::container_globs_max; ++i)
    many.append("x,");
  EXPECT_THAT(watched_by(many), ElementsAre("there are more than 256 globs"));
}

}  // namespace
}  // namespace cspy::docker
