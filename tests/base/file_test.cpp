#include "base/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy {
namespace {

TEST(ReadFile, GivesTheBytesOrTheSystemsReason) {
  const test::TempDir dir;
  const auto path = dir.file("f");
  test::write_file(path, "hello");
  EXPECT_EQ(read_file(path, 5), "hello");
  EXPECT_EQ(read_file(path, 4).error().message, "larger than 4 bytes");
  EXPECT_EQ(read_file(dir.file("none"), 5).error().code, Code::missing);
  EXPECT_EQ(read_file(dir.file("none"), 5).error().message, "No such file or directory");
  EXPECT_EQ(read_file(dir.file(""), 5).error().message, "Is a directory");
}

TEST(ReadFile, DoesNotHangOnANamedPipe) {
  const test::TempDir dir;
  ASSERT_EQ(::mkfifo(dir.file("p").c_str(), 0600), 0);
  EXPECT_EQ(read_file(dir.file("p"), 5), "");
}

}  // namespace
}  // namespace cspy
