#include "host/own_container.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::host {
namespace {

const std::string id = "e2d90ac761e78ac68a1e3a64c4afbc7d0fe074187423832368f3eedaad862199";

std::string found_in(const std::string& mountinfo) {
  const test::TempDir dir;
  std::filesystem::create_directories(dir.file("self"));
  test::write_file(dir.file("self/mountinfo"), mountinfo);
  KernelFiles files;
  return own_container(files, *Directory::open(dir.file("").c_str()));
}

TEST(OwnContainer, IsWhoseDirectoryHasOurHostname) {
  EXPECT_EQ(found_in("592 580 0:52 / / rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A\n"
                     "600 592 8:1 /var/lib/docker/containers/" +
                     id + "/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw\n"),
            id);
  EXPECT_EQ(found_in("700 690 0:25 /containers/storage/overlay-containers/" + id +
                     "/userdata/resolv.conf /etc/resolv.conf rw - tmpfs tmpfs rw\n"),
            id)
      << "Podman";
}

TEST(OwnContainer, IsNoneOnTheHostItself) {
  EXPECT_EQ(found_in("25 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
                     "90 25 0:48 / /var/lib/docker/containers/" +
                     id + "/mounts/shm rw - tmpfs shm rw\n"),
            "")
      << "a container of ours, not the one that we are in";
  EXPECT_EQ(found_in("600 592 8:1 /etc/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n"), "");
  EXPECT_EQ(found_in(""), "");
}

TEST(ContainerId, IsWholeAndHexadecimal) {
  EXPECT_TRUE(is_container_id(id));
  EXPECT_FALSE(is_container_id(id.substr(1)));
  EXPECT_FALSE(is_container_id(id + "0"));
  EXPECT_FALSE(is_container_id("E" + id.substr(1)));
  EXPECT_FALSE(is_container_id(""));
}

}  // namespace
}  // namespace cspy::host
