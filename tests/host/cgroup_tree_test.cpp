#include "host/cgroup_tree.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/cgroup_directory.hpp"
#include "tests/support/data.hpp"
#include "tests/support/no_files.hpp"

namespace cspy::host {
namespace {

using testing::ElementsAre;

const std::string oomonce = "/docker/e2d90ac761e78ac68a1e3a64c4afbc7d0fe074187423832368f3eedaad862199";
const std::string web_v1 = "/docker/368e332e07cb02fe8aaa20b94567a0b111f6de5238da796ce6cf82aef91b990a";

struct CgroupTreeTest : testing::Test {
  [[nodiscard]] Result<CgroupTree> open() const { return CgroupTree::open(dir.root(), dir.proc()); }
  test::CgroupDirectory dir;
};

struct RecordedTreeV2 : testing::Test {
  CgroupTree tree = *CgroupTree::open(test::data_path("fleet-cadvisor/cgroup"), test::data_path("fleet-cadvisor/proc"));
};
struct RecordedTreeV1 : testing::Test {
  CgroupTree tree = *CgroupTree::open(test::data_path("cgroup-v1"), test::data_path("fleet-cadvisor/proc"));
};

TEST_F(RecordedTreeV2, ListsTheCgroupsBelowTheRoot) {
  const auto paths = tree.paths().value();
  ASSERT_EQ(paths.size(), 12U);
  EXPECT_EQ(paths.front(), "/docker");
  EXPECT_EQ(paths.at(9), oomonce);
}

TEST_F(RecordedTreeV2, FindsAContainerByItsId) {
  EXPECT_EQ(tree.find(oomonce.substr(8)), oomonce);
  EXPECT_EQ(tree.find("0123456789abcdef"), std::nullopt);
  EXPECT_EQ(tree.find(""), std::nullopt);
}

TEST_F(RecordedTreeV1, ListsTheCgroupsOfAllHierarchiesWithoutMounts) {
  EXPECT_THAT(*tree.paths(), ElementsAre("/docker", web_v1, "/system.slice", "/user.slice"));
}

TEST_F(CgroupTreeTest, SaysWhatIsNotThere) {
  const auto missing = CgroupTree::open(dir.file("none"), dir.file("proc"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::missing);
  EXPECT_EQ(missing.error().message, dir.file("none") + ": No such file or directory");
  EXPECT_EQ(missing.error().remedy, "mount the host's tree with '-v /sys/fs/cgroup:" + dir.file("none") + ":ro'");
}

TEST_F(CgroupTreeTest, RefusesADirectoryThatIsNoTree) {
  const auto tree = CgroupTree::open(dir.file("proc"), dir.file("proc"));
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, Code::invalid);
  EXPECT_EQ(tree.error().message, dir.file("proc") + " is not a cgroup tree");
  EXPECT_EQ(tree.error().remedy,
            "mount the host's /sys/fs/cgroup there with '-v /sys/fs/cgroup:" + dir.file("proc") + ":ro'");
}

TEST_F(CgroupTreeTest, MayBeAPartOfTheMachinesTree) {
  EXPECT_TRUE(open()->is_whole());
  dir.add("cgroup.type", "domain\n");
  dir.add("docker/f00d/pids.current", "1\n");
  const auto tree = open();
  ASSERT_TRUE(tree) << "an engine in a system container has its containers here";
  EXPECT_FALSE(tree->is_whole());
  EXPECT_EQ(tree->find("f00d"), "/docker/f00d");
}

TEST_F(CgroupTreeTest, MayBeAPartOnVersion1Too) {
  std::filesystem::remove(dir.file("cgroup/cgroup.controllers"));
  dir.add("memory/cgroup.procs", "1\n");
  EXPECT_FALSE(open()->is_whole());
  dir.add("memory/release_agent", "");
  const auto tree = open();
  ASSERT_TRUE(tree);
  EXPECT_TRUE(tree->is_whole());
  EXPECT_EQ(tree->version(), CgroupVersion::v1);
}

TEST_F(CgroupTreeTest, FindsTheContainerAndNotItsMonitor) {
  dir.add("machine.slice/libpod-conmon-f00d.scope/pids.current", "1\n");
  dir.add("machine.slice/libpod-f00d.scope/container/pids.current", "1\n");
  EXPECT_EQ(open()->find("f00d"), "/machine.slice/libpod-f00d.scope");
}

TEST_F(CgroupTreeTest, KnowsWhatIsGoneFromWhatItCannotOpen) {
  dir.add("a/pids.current", "1\n");
  dir.add("b", "");
  const auto tree = open();
  EXPECT_FALSE(tree->lacks("/a"));
  EXPECT_TRUE(tree->lacks("/c"));
  EXPECT_FALSE(tree->lacks("/b")) << "it exists";
  EXPECT_FALSE(tree->has("/b"));
}

TEST_F(CgroupTreeTest, ListsNothingRatherThanAPart) {
  dir.add("a/pids.current", "1\n");
  const auto tree = open();
  {
    const test::NoFiles none;
    EXPECT_EQ(tree->paths(), std::nullopt);
    EXPECT_FALSE(tree->lacks("/a"));
  }
  EXPECT_THAT(*tree->paths(), ElementsAre("/a"));
}

void set_modified(const std::string& path, std::int64_t seconds) {
  const std::array<timespec, 2> times{timespec{.tv_sec = seconds, .tv_nsec = 5}, {.tv_sec = seconds, .tv_nsec = 5}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
}

TEST_F(CgroupTreeTest, WasMadeWhenItsRarelyWrittenFileWas) {
  dir.add("a/cgroup.events", "populated 1\n");
  set_modified(dir.file("cgroup/a/cgroup.events"), 1'795'447'000);
  set_modified(dir.file("cgroup/a"), 1'795'448'000);
  EXPECT_EQ(open()->created("/a"), 1'795'447'000'000'000'005U);
  set_modified(dir.file("cgroup/a"), 1'795'446'999);
  EXPECT_EQ(open()->created("/a"), 1'795'446'999'000'000'005U);
  set_modified(dir.file("cgroup/a"), 1'000);
  EXPECT_EQ(open()->created("/a"), 1'795'446'954'000'000'000U) << "not before the machine started";
}

}  // namespace
}  // namespace cspy::host
