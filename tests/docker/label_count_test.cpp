// Counting the labels of a series, and the one line about those that have too many.
#include "docker/label_count.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/support/log_capture.hpp"

namespace cspy::docker {
namespace {

/// With id and name, and Docker labels up to `labels` in all.
metrics::Container container_with(std::size_t labels, std::string name) {
  std::vector<std::pair<std::string, std::string>> all{{"id", "/docker/aa"}, {"name", name}};
  while (all.size() < labels)
    all.emplace_back("container_label_l" + std::to_string(all.size()), "x");
  metrics::Container container;
  container.name = std::move(name);
  container.labels = metrics::LabelSet{all};
  return container;
}

TEST(LabelCount, IsOfTheContainerAndTheMetricWithTheMost) {
  // container_blkio_device_usage_total has device, major, minor and operation.
  EXPECT_EQ(labels_of_series(container_with(7, "web")), 11U);
  EXPECT_EQ(labels_of_series({}), 4U);
}

TEST(CrowdedLabels, AreToldInOneLineAndOnce) {
  test::LogCapture capture;
  CrowdedLabels crowded;
  for (const auto& [labels, name] :
       {std::pair{26U, "fits"}, std::pair{27U, "one"}, std::pair{40U, "most"}, std::pair{40U, "same"}})
    crowded.add(container_with(labels, name));
  crowded.say(capture.log);
  crowded.say(capture.log);
  EXPECT_THAT(capture.lines,
              testing::ElementsAre("level=warn msg=\"series have more labels than some receivers accept\" labels=44 "
                                   "advised=30 container=most containers=3 remedy=\"select the labels you need, or "
                                   "remove others, with container_labels\""));
}

TEST(CrowdedLabels, SayNothingWhereAllFit) {
  test::LogCapture capture;
  CrowdedLabels crowded;
  crowded.add(container_with(26, "fits"));
  crowded.say(capture.log);
  EXPECT_THAT(capture.lines, testing::IsEmpty());
}

TEST(CrowdedLabels, CountTheExtraLabels) {
  test::LogCapture capture;
  const auto container = container_with(limits::series_labels_advised - 4, "web");
  CrowdedLabels fits;
  fits.add(container);
  fits.say(capture.log);
  EXPECT_TRUE(capture.lines.empty());
  CrowdedLabels crowded{3};
  for (int i = 0; i < 2; ++i) {
    crowded.add(container);
    crowded.say(capture.log);
  }
  EXPECT_EQ(capture.lines.size(), 2U) << "they count also after a line";
}

}  // namespace
}  // namespace cspy::docker
