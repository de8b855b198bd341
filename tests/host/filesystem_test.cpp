#include "host/filesystem.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "host/words.hpp"
#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::host {
namespace {

const std::string id(64, 'a');

constexpr std::string_view host_mounts = R"(22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,discard
31 27 0:28 / /run rw,nosuid shared:5 - tmpfs tmpfs rw,mode=755
40 27 254:17 / /var rw,relatime shared:9 master:2 - xfs /dev/mapper/vg-var rw
41 40 254:33 / /var/lib/my\040docker rw - ext4 /dev/disk\134by rw
60 40 0:55 / /var/lib/docker/overlay2/0f/merged rw - overlay overlay rw,lowerdir=/l
)";

/// The mounts in a container whose engine keeps its data in `folder` of its filesystem.
std::string container_mounts(const std::string& folder) {
  std::string text{
      "500 400 0:55 / / rw,relatime - overlay overlay rw,lowerdir=/l\n"
      "501 500 0:60 / /proc rw - proc proc rw\n"
      "502 500 254:1 /home/me/hosts /etc/app/hosts rw - ext4 /dev/vda1 rw\n"};
  for (const auto* const name : {"resolv.conf", "hostname", "hosts"}) {
    text.append("503 500 254:17 ").append(folder).append("/containers/").append(id).append("/").append(name);
    text.append(" /etc/").append(name).append(" rw,relatime - ext4 /dev/vdb1 rw\n");
  }
  return text;
}

template<class Search>
std::optional<Mount> found_in(std::string_view mounts, Search search) {
  for_each_line(mounts, [&](std::string_view line) { search.line(line); });
  return search.found();
}

TEST(MountAbove, IsTheLongestMountPointAboveThePath) {
  const auto point = [](std::string_view mounts, const char* path) {
    const auto mount = found_in(mounts, MountAbove{path});
    return mount ? mount->point : "none";
  };
  EXPECT_EQ(point(host_mounts, "/var/lib/docker"), "/var");
  EXPECT_EQ(point(host_mounts, "/var/lib/my docker"), "/var/lib/my docker");
  EXPECT_EQ(point(host_mounts, "/variable"), "/");
  EXPECT_EQ(point(host_mounts, "/run"), "/run");
  EXPECT_EQ(point("", "/run"), "none");
}

TEST(MountAbove, IsTheLastOneAtAPoint) {
  const auto mount = found_in("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / / rw - ext4 /dev/sda2 rw\n",
                              MountAbove{"/var/lib/docker"});
  EXPECT_EQ(mount->source, "/dev/sda2");
}

TEST(EngineFileMount, IsKnownByTheEnginesFolderWhereverItsFilesystemIsMounted) {
  for (const auto* const folder : {"/var/lib/docker", "/lib/docker", "/docker", "", "/@/var/lib/docker"}) {
    const auto mount = found_in(container_mounts(folder), EngineFileMount{"/var/lib/docker"});
    ASSERT_TRUE(mount) << folder;
    EXPECT_EQ(mount->source, "/dev/vdb1");
    EXPECT_EQ(mount->point, "/etc/resolv.conf");
  }
}

TEST(EngineFileMount, IsNoneOfAnotherEngine) {
  EXPECT_FALSE(found_in(container_mounts("/srv/other"), EngineFileMount{"/var/lib/docker"}));
  EXPECT_FALSE(found_in(container_mounts("/var/lib/docker"), EngineFileMount{""}));
  EXPECT_FALSE(found_in(host_mounts, EngineFileMount{"/var/lib/docker"}));
}

struct EngineFilesystemTest : testing::Test {
  EngineFilesystemTest() {
    for (const auto* const folder : {"own/self", "host/1", "data"})
      std::filesystem::create_directories(dir.file(folder));
  }
  std::optional<EngineFilesystem> find(const std::string& data_root, bool with_host) {
    const auto own = Directory::open(dir.file("own").c_str());
    const auto host = Directory::open(dir.file("host").c_str());
    return find_engine_filesystem(files, *own, with_host ? &*host : nullptr, data_root);
  }
  test::TempDir dir;
  KernelFiles files;
};

TEST_F(EngineFilesystemTest, IsThatOfTheFolderWhereTheFolderIsHere) {
  test::write_file(dir.file("own/self/mountinfo"), host_mounts);
  const auto found = find(dir.file("data"), false);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->mount.source, "/dev/vda1");
  EXPECT_EQ(found->visible_at, dir.file("data"));
}

TEST_F(EngineFilesystemTest, IsThatOfTheEnginesFilesInAContainer) {
  test::write_file(dir.file("own/self/mountinfo"), container_mounts(dir.file("data")));
  test::write_file(dir.file("host/1/mountinfo"), host_mounts);
  const auto found = find(dir.file("data"), true);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->mount.source, "/dev/vdb1") << "the folder itself is in our own layer";
  EXPECT_EQ(found->visible_at, "/etc/resolv.conf");
}

TEST_F(EngineFilesystemTest, IsToldByTheHostElse) {
  test::write_file(dir.file("own/self/mountinfo"), "500 400 0:55 / / rw - overlay overlay rw\n");
  test::write_file(dir.file("host/1/mountinfo"), host_mounts);
  EXPECT_FALSE(find("/var/lib/docker-not-here", false));
  const auto found = find("/var/lib/docker-not-here", true);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->mount.source, "/dev/mapper/vg-var");
  EXPECT_EQ(found->visible_at, "");
  EXPECT_FALSE(find("", true));
}

TEST(Space, IsThatOfAFilesystem) {
  const test::TempDir dir;
  const auto space = space_of(dir.file(""));
  ASSERT_TRUE(space);
  EXPECT_GT(space->total_bytes, 0U);
  EXPECT_GE(space->inodes, space->inodes_free);
  EXPECT_FALSE(space_of(dir.file("missing")));
  EXPECT_FALSE(space_of(""));
}

}  // namespace
}  // namespace cspy::host
