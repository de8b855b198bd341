#include "host/mount.hpp"

#include <gtest/gtest.h>

namespace cspy::host {
namespace {

TEST(Mounts, AreReadWithTheirEscapes) {
  EXPECT_EQ(parse_mount("41 40 254:33 /a\\134b /var/lib/my\\040docker rw master:2 - ext4 /dev/a\\011b rw"),
            (Mount{.major = 254,
                   .minor = 33,
                   .root = "/a\\b",
                   .point = "/var/lib/my docker",
                   .type = "ext4",
                   .source = "/dev/a\tb"}));
  EXPECT_EQ(parse_mount("1 1 0:1 / /a\\04 rw - t s")->point, "/a\\04");
  EXPECT_EQ(parse_mount("1 1 0:1 / /a\\777 rw - t s")->point, "/a\\777") << "no byte";
}

TEST(Mounts, AreNoneWhereTheLineIsHalf) {
  for (const auto* const line :
       {"", "41 40 254:33 / /var rw", "41 40 254:33 / /var rw - ext4", "41 40 254 / /v rw - a b",
        "41 40 x:1 / /v rw - a b", "41 40 1:1 / v rw - a b", " - ", "1 2 3:4 / - a b"})
    EXPECT_EQ(parse_mount(line), std::nullopt) << line;
}

TEST(Mounts, AreNamedAsCAdvisorNamesDevices) {
  EXPECT_EQ(
      (Mount{.major = 254, .minor = 1, .root = "/", .point = "/", .type = "ext4", .source = "/dev/vda1"}).device(),
      "/dev/vda1");
  EXPECT_EQ((Mount{.major = 0, .minor = 55, .root = "/", .point = "/m", .type = "overlay", .source = "o"}).device(),
            "overlay_0-55");
  EXPECT_EQ((Mount{.major = 0, .minor = 28, .root = "/", .point = "/run", .type = "tmpfs", .source = "x"}).device(),
            "/run");
}

}  // namespace
}  // namespace cspy::host
