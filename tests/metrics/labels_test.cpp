#include "metrics/labels.hpp"

#include <gtest/gtest.h>

namespace cspy::metrics {
namespace {

TEST(LabelSet, KeepsOrderAndTheFirstOfAKey) {
  const LabelSet labels{{{"id", "/docker/1"}, {"name", "web"}, {"name", "other"}, {"image", ""}, {"z", "k\xC3\xA4se"}}};
  std::string walked;
  labels.for_each(
      [&](std::string_view key, std::string_view value) { walked.append(key).append("=").append(value).append(";"); });
  EXPECT_EQ(walked, "id=/docker/1;name=web;z=k\xC3\xA4se;");
  EXPECT_EQ(labels.get("name"), "web");
  EXPECT_EQ(labels.get("image"), "") << "an empty value is no label";
  EXPECT_EQ(labels.get("none"), "");
}

TEST(LabelSet, CarriesLongValuesWhole) {
  const std::string value(40'000, 'v');
  EXPECT_EQ((LabelSet{{{"k", value}, {"after", "x"}}}).get("k"), value);
  EXPECT_EQ((LabelSet{{{"k", value}, {"after", "x"}}}).get("after"), "x");
}

TEST(LabelSet, ComparesByContent) {
  EXPECT_EQ((LabelSet{{{"a", "1"}}}), (LabelSet{{{"a", "1"}}}));
  EXPECT_NE((LabelSet{{{"a", "1"}}}), (LabelSet{{{"a", "2"}}}));
}

TEST(ContainerLabelName, ReplacesWhatCAdvisorReplaces) {
  EXPECT_EQ(container_label_name("com.docker.compose.project"), "container_label_com_docker_compose_project");
  EXPECT_EQ(container_label_name("weird.key/with-dash"), "container_label_weird_key_with_dash");
  EXPECT_EQ(container_label_name("Upper_09"), "container_label_Upper_09");
  EXPECT_EQ(container_label_name("\xC3\xA4\xE2\x82\xAC"), "container_label___") << "one underscore a character";
  EXPECT_EQ(container_label_name(""), "container_label_");
}

}  // namespace
}  // namespace cspy::metrics
