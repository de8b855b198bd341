#include "host/kernel_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::host {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

struct KernelFilesTest : testing::Test {
  std::vector<std::string> lines_of(const char* name, bool& whole) {
    std::vector<std::string> lines;
    whole = files.each_line(*directory, name, [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    });
    return lines;
  }
  test::TempDir dir;
  std::optional<Directory> directory = Directory::open(dir.file("").c_str());
  KernelFiles files;
};

TEST_F(KernelFilesTest, ReadsOneFileAfterTheOther) {
  test::write_file(dir.file("memory.current"), "307200\n");
  test::write_file(dir.file("pids.max"), "max\n");
  test::write_file(dir.file("io.stat"), "");
  EXPECT_EQ(files.read(*directory, "memory.current"), "307200\n");
  EXPECT_EQ(files.read(*directory, "pids.max"), "max\n");
  EXPECT_EQ(files.read(*directory, "io.stat"), "");
}

TEST_F(KernelFilesTest, HasNothingOfAFileThatCannotBeReadWhole) {
  EXPECT_EQ(files.read(*directory, "missing"), std::nullopt);
  EXPECT_EQ(files.read(*directory, "."), std::nullopt) << "a directory opens and does not read";
  test::write_file(dir.file("huge"), std::string(limits::kernel_file_bytes_max, '1'));
  EXPECT_EQ(files.read(*directory, "huge"), std::nullopt);
  test::write_file(dir.file("large"), std::string(limits::kernel_file_bytes_max - 1, '1'));
  EXPECT_EQ(files.read(*directory, "large"), std::string(limits::kernel_file_bytes_max - 1, '1'));
}

TEST_F(KernelFilesTest, TellsAFileThatIsNotThereFromOneThatCannotBeRead) {
  EXPECT_EQ(files.read(*directory, "missing"), std::nullopt);
  EXPECT_FALSE(files.failed());
  EXPECT_EQ(files.read(*directory, "."), std::nullopt);
  EXPECT_TRUE(files.failed());
  test::write_file(dir.file("huge"), std::string(limits::kernel_file_bytes_max, '1'));
  EXPECT_EQ(files.read(*directory, "huge"), std::nullopt);
  EXPECT_TRUE(files.failed());
  bool whole = true;
  lines_of("huge", whole);
  EXPECT_FALSE(whole);
  EXPECT_TRUE(files.failed());
  test::write_file(dir.file("pids.max"), "max\n");
  EXPECT_EQ(files.read(*directory, "pids.max"), "max\n");
  EXPECT_FALSE(files.failed());
}

TEST_F(KernelFilesTest, IsNotHeldUpByANamedPipe) {
  ASSERT_EQ(::mkfifo(dir.file("pipe").c_str(), 0600), 0);
  EXPECT_EQ(files.read(*directory, "pipe"), "");
}

TEST_F(KernelFilesTest, GivesTheLinesOfAFileOfAnyLength) {
  std::string text;
  for (int pid = 1; pid <= 50'000; ++pid)
    text.append(std::to_string(pid)).append("\n");
  ASSERT_GT(text.size(), 3 * limits::kernel_file_bytes_max);
  test::write_file(dir.file("cgroup.procs"), text);
  bool whole = false;
  const auto lines = lines_of("cgroup.procs", whole);
  EXPECT_TRUE(whole);
  ASSERT_EQ(lines.size(), 50'000U);
  for (std::size_t i = 0; i < lines.size(); ++i)
    ASSERT_EQ(lines[i], std::to_string(i + 1));
}

TEST_F(KernelFilesTest, GivesEmptyAndUnfinishedLines) {
  test::write_file(dir.file("text"), "a\n\nb");
  bool whole = false;
  EXPECT_THAT(lines_of("text", whole), ElementsAre("a", "", "b"));
  EXPECT_TRUE(whole);
}

TEST_F(KernelFilesTest, EndsAtALineThatDoesNotFit) {
  test::write_file(dir.file("text"), "a\n" + std::string(2 * limits::kernel_file_bytes_max, 'b') + "\nc\n");
  bool whole = true;
  EXPECT_THAT(lines_of("text", whole), ElementsAre("a"));
  EXPECT_FALSE(whole);
}

TEST_F(KernelFilesTest, StopsReadingWhenNoMoreLinesAreWanted) {
  test::write_file(dir.file("text"), "a\nb\nc\n");
  std::vector<std::string> lines;
  EXPECT_TRUE(files.each_line(*directory, "text", [&](std::string_view line) {
    lines.emplace_back(line);
    return lines.size() < 2;
  }));
  EXPECT_THAT(lines, ElementsAre("a", "b"));
}

TEST_F(KernelFilesTest, OpensDirectoriesBelowOneAnother) {
  std::filesystem::create_directories(dir.file("docker/f00d"));
  test::write_file(dir.file("docker/f00d/pids.current"), "1\n");
  const auto below = directory->below("docker/f00d");
  ASSERT_TRUE(below);
  EXPECT_EQ(files.read(*below, "pids.current"), "1\n");
  EXPECT_TRUE(below->has("pids.current"));
  EXPECT_FALSE(below->has("pids.max"));
  EXPECT_FALSE(directory->below("docker/beef"));
  EXPECT_FALSE(Directory::open(dir.file("docker/f00d/pids.current").c_str())) << "a file is no directory";
}

TEST_F(KernelFilesTest, NamesWhatIsInADirectory) {
  std::filesystem::create_directories(dir.file("docker"));
  std::filesystem::create_directories(dir.file("system.slice"));
  test::write_file(dir.file("cgroup.procs"), "");
  EXPECT_THAT(*directory->names(Directory::Entry::directory, 10), UnorderedElementsAre("docker", "system.slice"));
  EXPECT_THAT(*directory->names(Directory::Entry::file, 10), ElementsAre("cgroup.procs"));
  EXPECT_EQ(directory->names(Directory::Entry::directory, 1)->size(), 1U);
}

TEST_F(KernelFilesTest, KnowsWhenAFileWasLastModified) {
  test::write_file(dir.file("cgroup.events"), "");
  std::filesystem::last_write_time(
      dir.file("cgroup.events"),
      std::filesystem::file_time_type::clock::from_sys(std::chrono::sys_seconds{std::chrono::seconds{1'795'447'000}}));
  EXPECT_EQ(directory->modified("cgroup.events"), 1'795'447'000 * nanos_per_second);
  EXPECT_NE(directory->modified("."), 0U);
  EXPECT_EQ(directory->modified("missing"), 0U);
}

}  // namespace
}  // namespace cspy::host
