// What each recorded engine's answers become: golden files of all points.

#include <gtest/gtest.h>

#include <string>

#include "tests/support/data.hpp"
#include "tests/support/replay.hpp"

namespace cspy::test {
namespace {

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, PointsAreThoseOfTheGolden) {
  // As on a machine whose first disk is 254:0 and the second 8:0.
  const auto recording = replay(GetParam(), [](std::uint32_t major, std::uint32_t minor) {
    return minor != 0 ? std::string{} : major == 254 ? "/dev/vda" : major == 8 ? "/dev/sda" : "";
  });
  ASSERT_FALSE(recording.readings.empty());
  std::string text;
  for (const auto& line : points_as_text(recording.readings, true))
    text.append(line).append("\n");
  auto name = GetParam();
  std::ranges::replace(name, '/', '-');
  expect_golden(name + ".txt", text);
}

INSTANTIATE_TEST_SUITE_P(Engines, Scenario,
                         testing::Values("docker-20.10-cgroup1", "docker-28.5-cgroup2", "docker-29-cgroup2",
                                         "podman-5-cgroup2", "fleet-cadvisor/api", "fleet-cadvisor-cgroup1/api"),
                         [](const auto& info) {
                           std::string name;
                           for (const char c : info.param)
                             name.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_');
                           return name;
                         });

}  // namespace
}  // namespace cspy::test
