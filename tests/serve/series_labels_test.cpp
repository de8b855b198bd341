#include "serve/series_labels.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/support/readings.hpp"

namespace cspy::serve {
namespace {

using metrics::LabelSet;
using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string text_of(const Pairs& labels, const KeyValues& extra = {}) {
  LabelWriter writer{extra};
  std::string text;
  writer.append(text, LabelSet{labels});
  return text;
}

metrics::ReadingPtr reading_of(const Pairs& labels, metrics::Subject subject = metrics::Subject::container) {
  metrics::Container container;
  container.labels = LabelSet{labels};
  container.subject = subject;
  return std::make_shared<const metrics::Reading>(
      metrics::Reading{.container = std::make_shared<const metrics::Container>(std::move(container)), .sample = {}});
}

TEST(LabelWriter, SortsByName) {
  EXPECT_EQ(text_of({{"id", "/docker/1f"}, {"name", "web"}, {"container_label_b", "2"}, {"container_label_a", "1"}}),
            R"(,container_label_a="1",container_label_b="2",id="/docker/1f",name="web"} )");
  EXPECT_EQ(text_of({}), "} ");
}

TEST(LabelWriter, KeepsTheFirstOfTwoThatBecomeOneName) {
  EXPECT_EQ(text_of({{"container_label_a.b", "dot"}, {"container_label_a_b", "underscore"}}),
            R"(,container_label_a_b="dot"} )");
}

TEST(LabelWriter, LeavesOutNamesThatCannotBe) {
  EXPECT_EQ(text_of({{"__name__", "up"}, {"", "x"}, {"id", "/"}}), R"(,id="/"} )");
  EXPECT_EQ(text_of({{"cpu", "of the container"}, {"id", "/"}}), R"(,id="/"} )")
      << "a metric would write the name again";
}

TEST(LabelWriter, AddsExtraLabelsUnlessTheSeriesHasThem) {
  const KeyValues extra{{"env", "prod"}, {"host.name", "h1"}, {"name", "extra"}, {"none", ""}, {"__x", "y"}};
  EXPECT_EQ(text_of({{"id", "/docker/1f"}, {"name", "web"}}, extra),
            R"(,env="prod",host_name="h1",id="/docker/1f",name="web"} )");
  EXPECT_EQ(text_of({{"id", "/"}}, extra), R"(,env="prod",host_name="h1",id="/",name="extra"} )")
      << "a cgroup has no name of its own";
  LabelWriter writer{{{"a", "1"}, {"a", "2"}}};
  std::string text;
  writer.append(text, KeyValues{{"b", "3"}, {"c", ""}});
  EXPECT_EQ(text, R"(,a="1",b="3"} )");
}

TEST(LabelWriter, LeavesAMetricItsOwnLabels) {
  constexpr std::array<std::string_view, 1> by_device{"device"};
  constexpr std::array<std::string_view, 1> by_cpu{"cpu"};
  LabelWriter writer{{{"device", "extra"}, {"env", "prod"}}};
  EXPECT_TRUE(writer.hides_extra(by_device));
  EXPECT_FALSE(writer.hides_extra(by_cpu));
  std::string text;
  writer.append(text, LabelSet{{{"id", "/"}}}, by_device);
  EXPECT_EQ(text, R"(,env="prod",id="/"} )");
}

TEST(OwnLabels, NeverHaveTheNameOfALabelOfAContainer) {
  for (const auto& metric : metrics::catalogue()) {
    for (const auto key : metric.label_keys) {
      EXPECT_FALSE(key.starts_with("container_")) << metric.name;
      EXPECT_FALSE(key == "id" || key == "image" || key == "name") << metric.name;
    }
  }
}

TEST(SeriesLabels, RemovesReadingsWithTheSameSeries) {
  using enum metrics::Subject;
  const Pairs web{{"id", "/docker/1f"}, {"name", "web"}}, db{{"id", "/docker/2e"}, {"name", "db"}};
  std::vector readings{reading_of(web),        reading_of(db),           reading_of({}, machine),
                       reading_of({}, agent),  reading_of(web, stopped), reading_of(web, cgroup),
                       reading_of({}, machine)};
  const auto before = readings;
  SeriesLabels labels{readings, {}};
  EXPECT_EQ(readings, (std::vector{before[0], before[1], before[2], before[3]})) << "the first of each stays";
  EXPECT_EQ(labels.of(1, *readings[1], {}), R"(,id="/docker/2e",name="db"} )");
  EXPECT_EQ(labels.of(3, *readings[3], {}), "} ");
}

TEST(SeriesLabels, ComparesReadingsAsTheyAreWritten) {
  std::vector readings{reading_of({{"id", "/a\xFF"}}), reading_of({{"id", "/a\xFE"}})};
  const SeriesLabels labels{readings, {}};
  EXPECT_EQ(readings.size(), 1U) << "both are written with U+FFFD";
}

TEST(SeriesLabels, WritesAgainWhatIsTooLongToKeep) {
  const std::string long_value(limits::scrape_labels_bytes * 2, '\n');
  std::vector readings{reading_of({{"id", "1"}, {"name", long_value}}), reading_of({{"id", "2"}}),
                       reading_of({{"id", "1"}, {"name", long_value}}),
                       reading_of({{"id", "3"}, {"name", long_value}})};
  SeriesLabels labels{readings, {}};
  ASSERT_EQ(readings.size(), 3U);
  EXPECT_EQ(labels.of(1, *readings[1], {}), R"(,id="2"} )");
  const std::string text{labels.of(2, *readings[2], {})};
  EXPECT_TRUE(text.starts_with(R"(,id="3",name="\n\n)")) << text.substr(0, 40);
  EXPECT_EQ(text.size(), std::string_view{R"(,id="3",name=""} )"}.size() + 2 * long_value.size());
}

}  // namespace
}  // namespace cspy::serve
