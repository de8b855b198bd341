// Rounds that are written down survive whatever happens to the process and its files, or are missing and counted.
#include "queue/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "base/file.hpp"
#include "tests/support/data.hpp"
#include "tests/support/full_disk.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::queue {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t megabyte = 1024 * 1024;

struct Content {
  std::map<std::uint64_t, std::string> rounds;
  std::map<std::uint64_t, Progress> progress;
  Journal::Recovery recovery;
  Result<Journal> journal = fail(Code::invalid, "not opened");
};

Content open(const std::string& directory, std::size_t bytes_max = megabyte) {
  Content content;
  content.journal = Journal::open(directory, bytes_max, content.recovery);
  if (!content.journal) return content;
  EXPECT_TRUE(content.journal->read([&](std::uint64_t sequence, std::string_view payload, Progress progress) {
    content.rounds[sequence] = payload;
    content.progress[sequence] = progress;
  }));
  return content;
}

std::vector<fs::path> segments(const std::string& directory) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator{directory}) {
    if (entry.path().extension() == ".seg") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

std::vector<std::string> errors_of(const Content& content) {
  std::vector<std::string> messages;
  messages.reserve(content.recovery.unusable.size());
  for (const auto& error : content.recovery.unusable)
    messages.push_back(error.message);
  return messages;
}

std::string content_of(const fs::path& path) {
  return *read_file(path.string(), 100 * megabyte);
}

struct JournalTest : testing::Test {
  test::TempDir dir;
  std::string directory = dir.file("queue");
};

TEST_F(JournalTest, GivesBackWhatWasWritten) {
  {
    auto content = open(directory);
    ASSERT_TRUE(content.journal) << content.journal.error().message;
    EXPECT_THAT(content.rounds, IsEmpty());
    EXPECT_TRUE(content.journal->append(5, "five"));
    EXPECT_TRUE(content.journal->append(6, std::string("\0six", 4)));
    EXPECT_TRUE(content.journal->append(7, ""));
    EXPECT_TRUE(content.journal->update_progress(6, {.readings = 3, .endings = 1}));
    EXPECT_TRUE(content.journal->update_progress(6, {.readings = 4, .endings = 2}));
    EXPECT_TRUE(content.journal->remove(5));
    EXPECT_TRUE(content.journal->remove(99)) << "an unknown round is ignored";
    EXPECT_FALSE(content.journal->contains(5));
    EXPECT_TRUE(content.journal->contains(6));
  }
  const auto again = open(directory);
  EXPECT_EQ(again.rounds, (std::map<std::uint64_t, std::string>{{6, std::string("\0six", 4)}, {7, ""}}));
  EXPECT_EQ(again.progress.at(6), (Progress{.readings = 4, .endings = 2}));
  EXPECT_EQ(again.progress.at(7), Progress{});
  EXPECT_EQ(again.recovery.bytes_cut_off, 0U);
  EXPECT_EQ(again.recovery.next_sequence, 8U);
}

TEST_F(JournalTest, LeavesNoFileWhereNothingWaits) {
  auto content = open(directory);
  for (std::uint64_t i = 1; i <= 3; ++i)
    EXPECT_TRUE(content.journal->append(i, "round"));
  EXPECT_THAT(segments(directory), testing::SizeIs(1));
  for (std::uint64_t i = 1; i <= 3; ++i)
    EXPECT_TRUE(content.journal->remove(i));
  EXPECT_THAT(segments(directory), IsEmpty());
  EXPECT_EQ(content.journal->bytes(), 0U);
  EXPECT_TRUE(content.journal->append(4, "and goes on"));
  EXPECT_THAT(segments(directory), testing::SizeIs(1));
}

TEST_F(JournalTest, IsForItsOwnerOnly) {
  auto content = open(directory);
  EXPECT_TRUE(content.journal->append(1, "labels"));
  struct stat status{};
  ASSERT_EQ(::stat(directory.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat(segments(directory).at(0).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(JournalTest, CutsOffATornTailWhereverItIs) {
  {
    auto content = open(directory);
    for (std::uint64_t i = 1; i <= 4; ++i)
      EXPECT_TRUE(content.journal->append(i, "round " + std::to_string(i)));
    EXPECT_TRUE(content.journal->update_progress(2, {.readings = 1, .endings = 0}));
    EXPECT_TRUE(content.journal->remove(1));
  }
  const auto path = segments(directory).at(0);
  const auto whole = content_of(path);
  std::size_t most = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    test::write_file(path.string(), whole.substr(0, size));
    {
      auto torn = open(directory);
      ASSERT_TRUE(torn.journal) << size << ": " << torn.journal.error().message;
      most = std::max(most, torn.rounds.size());
      for (const auto& [sequence, payload] : torn.rounds)
        EXPECT_EQ(payload, "round " + std::to_string(sequence)) << size;
      if (size < whole.size()) {
        EXPECT_LT(torn.recovery.bytes_cut_off, 30U) << "no more than one record";
      }
      ASSERT_TRUE(torn.journal->append(torn.recovery.next_sequence + 10, "new")) << size;
    }
    auto again = open(directory);
    EXPECT_EQ(again.recovery.bytes_cut_off, 0U) << size;
    EXPECT_EQ(again.rounds.rbegin()->second, "new") << size;
    again.journal = fail(Code::invalid, "closed");
    for (const auto& old : segments(directory))
      fs::remove(old);
  }
  EXPECT_EQ(most, 4U);
}

TEST_F(JournalTest, BelievesNoDamagedRecord) {
  {
    auto content = open(directory);
    for (std::uint64_t i = 1; i <= 3; ++i)
      EXPECT_TRUE(content.journal->append(i, "round " + std::to_string(i)));
  }
  const auto path = segments(directory).at(0);
  const auto whole = content_of(path);
  for (std::size_t i = 8; i < whole.size(); ++i) {
    auto damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    test::write_file(path.string(), damaged);
    const auto content = open(directory);
    ASSERT_TRUE(content.journal) << i;
    EXPECT_LT(content.rounds.size(), 3U) << i;
    EXPECT_GT(content.recovery.bytes_cut_off, 0U) << i;
    for (const auto& [sequence, payload] : content.rounds)
      EXPECT_EQ(payload, "round " + std::to_string(sequence)) << i;
  }
}

TEST_F(JournalTest, KeepsTheSegmentsAfterADamagedOne) {
  const std::string large(40'000, 'x');
  {
    auto content = open(directory);
    for (std::uint64_t i = 1; i <= 8; ++i)
      EXPECT_TRUE(content.journal->append(i, large));
  }
  const auto paths = segments(directory);
  ASSERT_GT(paths.size(), 2U);
  auto damaged = content_of(paths[0]);
  damaged[100] = 'y';
  test::write_file(paths[0].string(), damaged);
  const auto content = open(directory);
  EXPECT_LT(content.rounds.size(), 8U);
  EXPECT_GT(content.rounds.size(), 4U);
  EXPECT_EQ(content.rounds.rbegin()->first, 8U);
}

TEST_F(JournalTest, StaysWithinItsBound) {
  constexpr std::size_t bytes_max = 600'000;
  const std::string large(10'000, 'x');
  std::uint64_t oldest = 1, newest = 0;
  {
    auto content = open(directory, bytes_max);
    while (newest < 1'000) {
      const auto appended = content.journal->append(newest + 1, large);
      if (appended) {
        ++newest;
      } else {
        ASSERT_EQ(appended.error().code, Code::too_large);
        ASSERT_LE(oldest, newest);
        EXPECT_TRUE(content.journal->remove(oldest++));
      }
      // The few bytes that finish a round have to go somewhere.
      ASSERT_LE(content.journal->bytes(), bytes_max + 1'000);
    }
  }
  const auto again = open(directory, bytes_max);
  EXPECT_EQ(again.rounds.begin()->first, oldest);
  EXPECT_EQ(again.rounds.rbegin()->first, newest);
  EXPECT_EQ(again.rounds.size(), newest - oldest + 1);
  EXPECT_GT(again.rounds.size(), 40U) << "and uses most of it";
}

TEST_F(JournalTest, DeletesTheOldestFilesWhereTheLimitIsLowerThanBefore) {
  const std::string large(40'000, 'x');
  std::size_t before = 0;
  {
    auto content = open(directory, megabyte);
    for (std::uint64_t i = 1; i <= 20; ++i)
      EXPECT_TRUE(content.journal->append(i, large));
    before = content.journal->bytes();
  }
  const auto paths = segments(directory);
  ASSERT_THAT(paths, testing::SizeIs(7)) << "three rounds in each";
  const auto pipe = directory + "/queue-0000000000000000.seg";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto content = open(directory, 300'000);
  ASSERT_TRUE(content.journal) << content.journal.error().message;
  EXPECT_EQ(content.recovery.files_beyond, 4U);
  EXPECT_EQ(content.recovery.bytes_beyond, before - content.journal->bytes());
  EXPECT_EQ(content.rounds.begin()->first, 13U);
  EXPECT_EQ(content.rounds.rbegin()->first, 20U);
  EXPECT_THAT(segments(directory), testing::ElementsAre(pipe, paths[4], paths[5], paths[6]));
}

TEST_F(JournalTest, ReadsNoFileThatIsLargerThanTheLimit) {
  {
    auto content = open(directory, megabyte);
    EXPECT_TRUE(content.journal->append(1, "round"));
    EXPECT_TRUE(content.journal->append(2, std::string(200'000, 'x')));
  }
  ASSERT_THAT(segments(directory), testing::SizeIs(2));
  const auto content = open(directory, 65'536);
  EXPECT_EQ(content.recovery.files_beyond, 2U) << "older ones go before it";
  EXPECT_THAT(content.rounds, IsEmpty());
  EXPECT_THAT(segments(directory), IsEmpty());
}

TEST_F(JournalTest, LosesNoSoundFileToOneThatIsLargerThanAnyLimit) {
  {
    auto content = open(directory);
    EXPECT_TRUE(content.journal->append(1, "round"));
  }
  const auto huge = directory + "/queue-0000000000000007.seg";
  test::write_file(huge, content_of(segments(directory).at(0)));
  fs::resize_file(huge, 5'000'000'000);
  const auto content = open(directory);
  EXPECT_EQ(content.rounds, (std::map<std::uint64_t, std::string>{{1, "round"}}));
  EXPECT_THAT(errors_of(content), testing::ElementsAre(huge + ": too large"));
}

TEST_F(JournalTest, FinishesRoundsOfEarlierSegments) {
  const std::string large(40'000, 'x');
  {
    auto content = open(directory);
    for (std::uint64_t i = 1; i <= 6; ++i)
      EXPECT_TRUE(content.journal->append(i, large));
    const auto before = segments(directory).size();
    EXPECT_TRUE(content.journal->remove(2));
    EXPECT_TRUE(content.journal->remove(3));
    EXPECT_EQ(segments(directory).size(), before) << "the first round still needs its segment, and those after it stay";
  }
  {
    auto content = open(directory);
    EXPECT_EQ(content.rounds.size(), 4U);
    const auto before = segments(directory).size();
    EXPECT_TRUE(content.journal->remove(1));
    EXPECT_LT(segments(directory).size(), before);
  }
  EXPECT_EQ(open(directory).rounds.size(), 3U);
}

TEST_F(JournalTest, BelongsToOneProcess) {
  const auto first = open(directory);
  const auto second = open(directory);
  ASSERT_FALSE(second.journal);
  EXPECT_EQ(second.journal.error().message, directory + ": another process uses it");
  EXPECT_EQ(second.journal.error().remedy, "give each agent a directory of its own");
}

TEST_F(JournalTest, SaysWhatItCannotUse) {
  EXPECT_EQ(open(dir.file("no/such")).journal.error().message, dir.file("no/such") + ": No such file or directory");
  test::write_file(dir.file("file"), "");
  EXPECT_THAT(open(dir.file("file")).journal.error().message, HasSubstr("Not a directory"));
}

TEST_F(JournalTest, LeavesAloneWhatIsNotItsOwn) {
  ASSERT_TRUE(open(directory).journal);
  test::write_file(directory + "/queue-notes.txt", "mine");
  test::write_file(directory + "/queue-zzzzzzzzzzzzzzzz.seg", "mine");
  {
    auto content = open(directory);
    ASSERT_TRUE(content.journal);
    EXPECT_TRUE(content.journal->append(1, "x"));
    EXPECT_TRUE(content.journal->remove(1));
  }
  EXPECT_EQ(content_of(directory + "/queue-notes.txt"), "mine");
  EXPECT_EQ(content_of(directory + "/queue-zzzzzzzzzzzzzzzz.seg"), "mine");
}

TEST_F(JournalTest, LeavesAloneWhatOnlyHasTheNameOfASegment) {
  {
    auto content = open(directory);
    EXPECT_TRUE(content.journal->append(1, "round"));
  }
  const auto pipe = directory + "/queue-0000000000000007.seg";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  test::write_file(dir.file("elsewhere"), "CSPYQUE\x02 secret");
  const auto link = directory + "/queue-0000000000000008.seg";
  fs::create_symlink(dir.file("elsewhere"), link);
  {
    auto content = open(directory);
    ASSERT_TRUE(content.journal) << content.journal.error().message;
    EXPECT_EQ(content.rounds, (std::map<std::uint64_t, std::string>{{1, "round"}}));
    EXPECT_THAT(errors_of(content),
                testing::ElementsAre(pipe + ": not a regular file", link + ": Too many levels of symbolic links"));
    EXPECT_EQ(content.recovery.files_aside, 0U);
    EXPECT_TRUE(content.journal->append(2, "goes on"));
    EXPECT_TRUE(content.journal->remove(1));
    EXPECT_TRUE(content.journal->remove(2));
    EXPECT_TRUE(content.journal->append(3, "in a segment after them"));
  }
  EXPECT_TRUE(fs::exists(directory + "/queue-0000000000000009.seg"));
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(content_of(dir.file("elsewhere")), "CSPYQUE\x02 secret");
}

TEST_F(JournalTest, SaysThatAFileCannotBeRemovedAndDoesNotGiveItsRoundsAgain) {
  auto content = open(directory);
  EXPECT_TRUE(content.journal->append(1, "round"));
  const auto path = segments(directory).at(0);
  // What no permission lets anybody unlink, root included.
  const auto aside = directory + "/aside";
  fs::rename(path, aside);
  fs::create_directory(path);
  EXPECT_TRUE(content.journal->remove(1));
  EXPECT_EQ(content.journal->undeletable()->message, path.string() + ": Is a directory");
  EXPECT_FALSE(content.journal->contains(1));
  EXPECT_GT(content.journal->bytes(), 0U) << "the file still takes its room";
  fs::remove(path);
  fs::rename(aside, path);
  content.journal = fail(Code::invalid, "closed");
  EXPECT_THAT(open(directory).rounds, IsEmpty()) << "it was noted that the round was finished";
  EXPECT_THAT(segments(directory), IsEmpty());
}

TEST_F(JournalTest, CountsDamageOnce) {
  {
    auto content = open(directory);
    for (std::uint64_t i = 1; i <= 4; ++i)
      EXPECT_TRUE(content.journal->append(i, std::string(60'000, 'x')));
  }
  const auto paths = segments(directory);
  ASSERT_GT(paths.size(), 1U);
  auto damaged = content_of(paths[0]);
  damaged.back() = 'y';
  test::write_file(paths[0].string(), damaged);
  EXPECT_GT(open(directory).recovery.bytes_cut_off, 60'000U);
  EXPECT_EQ(open(directory).recovery.bytes_cut_off, 0U);
}

TEST_F(JournalTest, SetsAsideWhatItCannotReadAndGoesOn) {
  {
    auto content = open(directory);
    EXPECT_TRUE(content.journal->append(1, "round"));
  }
  const auto sound = segments(directory).at(0);
  const auto later = directory + "/queue-0000000000000007.seg", zeros = directory + "/queue-0000000000000008.seg";
  test::write_file(later, "CSPYQUE\x03 something new");
  test::write_file(zeros, std::string(4'096, '\0'));
  {
    auto content = open(directory);
    ASSERT_TRUE(content.journal) << content.journal.error().message;
    EXPECT_EQ(content.rounds, (std::map<std::uint64_t, std::string>{{1, "round"}}));
    EXPECT_THAT(errors_of(content), testing::ElementsAre(later + ": not a queue file of this version",
                                                         zeros + ": not a queue file of this version"));
    EXPECT_EQ(content.recovery.files_aside, 2U);
    EXPECT_GT(content.journal->bytes(), 4'096U) << "they count";
  }
  EXPECT_THAT(segments(directory), testing::ElementsAre(sound));
  EXPECT_EQ(content_of(later + ".damaged"), "CSPYQUE\x03 something new");
  EXPECT_EQ(content_of(zeros + ".damaged"), std::string(4'096, '\0'));
  EXPECT_THAT(errors_of(open(directory)), IsEmpty()) << "said once";
}

TEST_F(JournalTest, KeepsFewOfTheFilesThatItSetsAside) {
  constexpr std::size_t bytes_max = 100'000;
  ASSERT_TRUE(open(directory).journal);
  const auto names = [&] {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator{directory}) {
      if (entry.path().extension() == ".damaged") found.push_back(entry.path().stem().stem().string());
    }
    std::ranges::sort(found);
    return found;
  };
  for (int i = 1; i <= 9; ++i)
    test::write_file(directory + "/queue-000000000000000" + std::to_string(i) + ".seg", "unknown");
  EXPECT_EQ(open(directory, bytes_max).recovery.files_deleted, 5U);
  EXPECT_THAT(names(), testing::ElementsAre("queue-0000000000000006", "queue-0000000000000007",
                                            "queue-0000000000000008", "queue-0000000000000009"));
  test::write_file(directory + "/queue-000000000000000a.seg", std::string(20'000, 'x'));
  test::write_file(directory + "/queue-000000000000000b.seg", std::string(20'000, 'x'));
  const auto content = open(directory, bytes_max);
  EXPECT_THAT(names(), testing::ElementsAre("queue-0000000000000007", "queue-0000000000000008",
                                            "queue-0000000000000009", "queue-000000000000000b"));
  EXPECT_LT(content.journal->bytes(), bytes_max / 4);
}

TEST_F(JournalTest, SetsNoFileAsideInThePlaceOfAnother) {
  ASSERT_TRUE(open(directory).journal);
  const auto first = directory + "/queue-0000000000000007.seg";
  test::write_file(first, "unknown");
  ASSERT_TRUE(open(directory).journal);
  {
    auto content = open(directory);
    EXPECT_TRUE(content.journal->append(1, "round"));
  }
  const auto second = directory + "/queue-0000000000000008.seg";
  EXPECT_THAT(segments(directory), testing::ElementsAre(second));
  test::write_file(second, "also unknown");
  ASSERT_TRUE(open(directory).journal);
  EXPECT_EQ(content_of(first + ".damaged"), "unknown");
  EXPECT_EQ(content_of(second + ".damaged"), "also unknown");
}

TEST_F(JournalTest, FollowsNoLinkInThePlaceOfItsLock) {
  ASSERT_TRUE(open(directory).journal);
  fs::remove(directory + "/lock");
  fs::create_symlink(dir.file("planted"), directory + "/lock");
  const auto content = open(directory);
  ASSERT_FALSE(content.journal);
  EXPECT_EQ(content.journal.error().message, directory + "/lock: Too many levels of symbolic links");
  EXPECT_EQ(content.journal.error().remedy, "delete the link");
  EXPECT_FALSE(fs::exists(dir.file("planted")));
}

TEST_F(JournalTest, RefusesADirectoryThatOthersCanChange) {
  fs::create_directory(directory);
  fs::permissions(directory, fs::perms::all);
  EXPECT_EQ(open(directory).journal.error().message, directory + ": every user may write to it");
  fs::permissions(directory, fs::perms::owner_all | fs::perms::group_all);
  EXPECT_TRUE(open(directory).journal) << "a group is the administrator's choice";
}

TEST_F(JournalTest, RefusesADirectoryOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  fs::create_directory(directory);
  ASSERT_EQ(::chown(directory.c_str(), 65'534, 65'534), 0);
  const auto content = open(directory);
  ASSERT_FALSE(content.journal);
  EXPECT_EQ(content.journal.error().message, directory + ": it belongs to user 65534, and the agent runs as user 0");
  EXPECT_EQ(content.journal.error().remedy, "change its owner to 0, or set queue_dir to a new directory");
}

TEST_F(JournalTest, StaysInTheDirectoryThatItOpened) {
  auto content = open(directory);
  EXPECT_TRUE(content.journal->append(1, std::string(70'000, 'x')));
  fs::rename(directory, dir.file("moved"));
  fs::create_directory(directory);
  EXPECT_TRUE(content.journal->append(2, std::string(70'000, 'x')));
  EXPECT_THAT(segments(directory), IsEmpty());
  EXPECT_THAT(segments(dir.file("moved")), testing::SizeIs(2));
}

TEST_F(JournalTest, GoesOnAfterTheDiskWasFull) {
  {
    auto content = open(directory);
    EXPECT_TRUE(content.journal->append(1, "before"));
    {
      const test::FullDisk full{100};
      const auto written = content.journal->append(2, std::string(1'000, 'x'));
      ASSERT_FALSE(written);
      EXPECT_EQ(written.error().message, segments(directory).at(0).string() + ": File too large");
      EXPECT_FALSE(content.journal->contains(2));
    }
    EXPECT_TRUE(content.journal->append(3, "after"));
  }
  const auto again = open(directory);
  EXPECT_EQ(again.rounds, (std::map<std::uint64_t, std::string>{{1, "before"}, {3, "after"}}));
  EXPECT_EQ(again.recovery.bytes_cut_off, 0U) << "nothing of what failed is left";
}

}  // namespace
}  // namespace cspy::queue
