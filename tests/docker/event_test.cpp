#include "docker/event.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/data.hpp"

namespace cspy::docker {
namespace {

TEST(Event, OfEachRecordedEngineIsReadOrToldApart) {
  for (const auto* file : {"docker-28.5-cgroup2/events.ndjson", "docker-29-cgroup2/events.ndjson",
                           "docker-20.10-cgroup1/events.ndjson", "podman-5-cgroup2/events.ndjson"}) {
    const auto text = test::read_data(file);
    std::size_t starts = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const auto end = std::min(text.find('\n', begin), text.size());
      const auto line = text.substr(begin, end - begin);
      begin = end + 1;
      const auto event = parse_event(line);
      if (line.contains(R"("Type":"container")") && !line.empty()) {
        ASSERT_TRUE(event) << file << ": " << line << ": " << event.error().message;
        EXPECT_GT(event->time, 0U);
        if (event->action == "start") ++starts;
      }
    }
    EXPECT_GT(starts, 0U) << file;
  }
}

TEST(Event, OfPodmansHealthLooksAsDockers) {
  const auto event = parse_event(
      R"({"Type":"container","Action":"health_status","HealthStatus":"healthy","Actor":{"ID":"aa"},"timeNano":5})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->action, "health_status: healthy");
}

TEST(Event, WithoutWhatItNeedsIsMalformed) {
  EXPECT_EQ(parse_event("{}").error().message, "'Actor.ID' is not a container's id");
  EXPECT_EQ(parse_event(R"({"Actor":{"ID":"aa"}})").error().message, "'Action' is missing");
  EXPECT_EQ(parse_event(R"({"Actor":[]})").error().message, "'Actor' has the wrong type");
  EXPECT_FALSE(parse_event("not json"));
}

TEST(Event, SaysWhetherItsContainerIsExcluded) {
  const auto judged = [](std::string_view list, std::string_view action, std::string_view attributes) {
    const auto event =
        parse_event(fmt::format(R"({{"Action":"{}","Actor":{{"ID":"aa","Attributes":{{{}}}}}}})", action, attributes),
                    *ContainerFilter::parse(list));
    EXPECT_TRUE(event) << event.error().message;
    return *event;
  };
  constexpr std::string_view web{R"("team":"a","image":"shop/web:1","name":"web")"};
  EXPECT_EQ(judged("*", "start", web).watched, Watched::yes);
  EXPECT_EQ(judged("-web", "start", web).watched, Watched::no);
  EXPECT_EQ(judged("image:shop/*,-label:team", "start", web).watched, Watched::no);
  EXPECT_EQ(judged("*", "start", R"("containerspy.enable":"FALSE","name":"web")").watched, Watched::no);
  EXPECT_EQ(judged("-db", "start", "").watched, Watched::unknown) << "an inspection will show its name";
  EXPECT_TRUE(judged("-web", "start", web).excludes());
  EXPECT_FALSE(judged("-web", "update", web).excludes());

  const auto renamed = judged("-db", "rename", R"("name":"db","oldName":"/web")");
  EXPECT_EQ(renamed.watched, Watched::no);
  EXPECT_EQ(renamed.watched_before, Watched::yes);
  EXPECT_EQ(renamed.name, "db");
  EXPECT_EQ(judged("-db", "rename", R"("name":"web","oldName":"/db")").watched_before, Watched::no);
  const auto of_podman = judged("-db", "rename", R"("name":"db")");
  EXPECT_EQ(of_podman.watched, Watched::unknown) << "it may be the old name";
  EXPECT_EQ(of_podman.watched_before, Watched::unknown);
}

TEST(EventsQuery, LeavesHealthCheckNoiseAtTheEngine) {
  EXPECT_EQ(events_query(Which::running),
            "filters=%7B%22type%22%3A%5B%22container%22%5D%2C%22event%22%3A%5B%22start%22%2C%22die%22%2C%22destroy%22%"
            "2C%22remove%22%2C"
            "%22rename%22%2C%22update%22%2C%22oom%22%2C%22pause%22%2C%22unpause%22%2C%22health_status%22%5D%7D");
  EXPECT_TRUE(events_query(Which::all).contains("%22health_status%22%2C%22create%22"));
}

TEST(OomHistoryQuery, NamesTheTimeToTheNanosecond) {
  EXPECT_EQ(oom_history_query(0, 1'795'000'000'000'000'007),
            "since=0.000000000&until=1795000000.000000007&"
            "filters=%7B%22type%22%3A%5B%22container%22%5D%2C%22event%22%3A%5B%22oom%22%5D%7D");
}

}  // namespace
}  // namespace cspy::docker
