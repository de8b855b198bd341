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

TEST(ContainerInPath, IsAnyWholeId) {
  const auto has_it = [](const std::string& path) {
    return any_container_in(path, [](std::string_view one) { return one == id; });
  };
  EXPECT_TRUE(has_it("/docker/" + id));
  EXPECT_TRUE(has_it("/docker/" + id + "/init.scope"));
  EXPECT_TRUE(has_it("/system.slice/docker-" + id + ".scope"));
  EXPECT_TRUE(has_it("/machine.slice/libpod-" + std::string(64, 'a') + ".scope/container/docker/" + id)) << "nested";
  EXPECT_FALSE(has_it("/docker/" + std::string(64, 'a')));
  EXPECT_FALSE(has_it("/docker/" + id + "0"));
  EXPECT_FALSE(has_it("/docker/" + id.substr(1)));
  EXPECT_FALSE(has_it("/"));
  EXPECT_FALSE(has_it(""));
}

}  // namespace
}  // namespace cspy::host
