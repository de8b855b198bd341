#include "base/watched_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/temp_dir.hpp"

namespace cspy {
namespace {

using test::replace_file;

TEST(WatchedFile, ChangesOnceForEachChange) {
  const test::TempDir folder;
  const auto path = folder.file("token");
  WatchedFile file{path};
  EXPECT_TRUE(file.changed()) << "the first call";
  EXPECT_FALSE(file.changed()) << "it is still missing";
  replace_file(path, "one");
  EXPECT_TRUE(file.changed());
  EXPECT_FALSE(file.changed());
  replace_file(path, "two");
  EXPECT_TRUE(file.changed()) << "of the same size";
  ::unlink(path.c_str());
  EXPECT_TRUE(file.changed());
  EXPECT_FALSE(file.changed());
}

TEST(WatchedFile, FollowsALinkThatIsSwitched) {
  // As Kubernetes mounts secrets: token -> ..data/token, and ..data is replaced.
  const test::TempDir folder;
  replace_file(folder.file("old"), "one");
  replace_file(folder.file("new"), "two");
  const auto link = folder.file("token");
  ASSERT_EQ(::symlink("old", link.c_str()), 0);
  WatchedFile file{link};
  EXPECT_TRUE(file.changed());
  EXPECT_FALSE(file.changed());
  ASSERT_EQ(::symlink("new", folder.file("fresh").c_str()), 0);
  ASSERT_EQ(::rename(folder.file("fresh").c_str(), link.c_str()), 0);
  EXPECT_TRUE(file.changed());
  EXPECT_FALSE(file.changed());
}

TEST(WatchedFile, NeverChangesWithoutAPath) {
  WatchedFile file;
  EXPECT_FALSE(file.changed());
}

}  // namespace
}  // namespace cspy
