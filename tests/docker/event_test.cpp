#include "docker/event.hpp"

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

TEST(EventsQuery, LeavesHealthCheckNoiseAtTheEngine) {
  EXPECT_FALSE(events_query.contains("exec"));
  EXPECT_TRUE(events_query.contains("health_status"));
}

}  // namespace
}  // namespace cspy::docker
