// What the log says about a queue directory that gives trouble.
#include "queue/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <filesystem>

#include "tests/support/data.hpp"
#include "tests/support/full_disk.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::queue {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::size_t megabyte = 1024 * 1024;

struct StoreTest : testing::Test {
  static Waiting waiting(std::uint64_t sequence, std::size_t name_bytes = 10) {
    const auto container = test::make_container("c", std::string(name_bytes, 'n'));
    return {
        .sequence = sequence,
        .round = {
            .time = 1, .readings = {test::make_reading(container)}, .endings = {}, .identity = test::make_identity()}};
  }
  Store::Kept keep(Waiting round) {
    std::deque<Waiting> rounds;
    rounds.push_back(std::move(round));
    return store.keep(rounds);
  }
  /// Rounds 1 to `count`; the last `removed` of them are answered before that run ends.
  void keep_in_an_earlier_run(std::uint64_t count, std::size_t removed = 0) {
    Store earlier{capture.log};
    const auto opened = earlier.open(directory, megabyte, {}, take);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, 1U) << "the first sequence that is free";
    std::deque<Waiting> rounds;
    for (std::uint64_t i = 1; i <= count; ++i)
      rounds.push_back(waiting(i));
    EXPECT_EQ(earlier.keep(rounds), Store::Kept::all);
    for (; removed > 0; --removed, rounds.pop_back())
      earlier.remove(rounds.back());
  }
  test::TempDir dir;
  std::string directory = dir.file("queue");
  test::LogCapture capture;
  Store store{capture.log};
  std::vector<Waiting> found;
  Store::Take take = [this](Waiting waiting) { found.push_back(std::move(waiting)); };
};

TEST_F(StoreTest, SaysOnceThatARoundIsTooLargeForTheDirectory) {
  ASSERT_TRUE(store.open(directory, 64 * 1024, {}, take));
  for (std::uint64_t i = 1; i <= 3; ++i)
    EXPECT_EQ(keep(waiting(i, 60'000)), Store::Kept::all) << "dropping others would not make room";
  EXPECT_EQ(keep(waiting(4)), Store::Kept::all);
  EXPECT_FALSE(store.has(waiting(1)));
  EXPECT_TRUE(store.has(waiting(4)));
  EXPECT_EQ(capture.lines.size(), 1U);
  EXPECT_THAT(capture.lines[0], HasSubstr("a round is too large for the queue directory"));
  EXPECT_THAT(capture.lines[0], HasSubstr("remedy=\"raise queue_limit\""));
}

TEST_F(StoreTest, SaysOnceThatAFinishedFileCannotBeDeleted) {
  ASSERT_TRUE(store.open(directory, megabyte, {}, take));
  EXPECT_EQ(keep(waiting(1)), Store::Kept::all);
  const auto path = directory + "/queue-0000000000000001.seg";
  fs::rename(path, dir.file("kept"));
  fs::create_directory(path);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    store.remove(waiting(i));
    EXPECT_EQ(keep(waiting(i + 1)), Store::Kept::all);
  }
  EXPECT_THAT(capture.lines, ElementsAre(HasSubstr("cannot delete a finished queue file: it takes up space")));
  EXPECT_THAT(capture.lines[0], HasSubstr(path + ": Is a directory"));
  fs::remove(path);
  store.remove(waiting(4));
  EXPECT_EQ(capture.lines.size(), 2U);
  EXPECT_THAT(capture.lines[1], HasSubstr("can delete finished queue files again"));
}

TEST_F(StoreTest, NamesTheFilesThatItCannotUse) {
  ASSERT_TRUE(Store{capture.log}.open(directory, megabyte, {}, take));
  for (int i = 10; i < 30; ++i)
    test::write_file(directory + "/queue-00000000000000" + std::to_string(i) + ".seg",
                     "CSPYQUE\x01 of an older version");
  ASSERT_TRUE(store.open(directory, megabyte, {}, take));
  EXPECT_EQ(capture.count("a queue file cannot be used"), 10U);
  EXPECT_EQ(capture.count("queue-0000000000000010.seg: not a queue file of this version"), 1U);
  EXPECT_EQ(capture.count("files=20 set_aside=20"), 1U);
  EXPECT_EQ(capture.count("files that were set aside are deleted"), 1U);
}

TEST_F(StoreTest, EndsWhereTheDiskIsFullAndSaysItOnce) {
  ASSERT_TRUE(store.open(directory, megabyte, {}, take));
  std::deque<Waiting> rounds;
  for (std::uint64_t i = 1; i <= 6; ++i)
    rounds.push_back(waiting(i, i % 2 == 0 ? 60'000 : 10));
  {
    const test::FullDisk full{30'000};
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(store.keep(rounds), Store::Kept::failed);
    EXPECT_TRUE(store.has(rounds[0]));
    EXPECT_FALSE(store.has(rounds[2])) << "it would fit, but comes after one that does not";
    EXPECT_THAT(capture.lines, ElementsAre(HasSubstr("cannot write the queue to disk")));
    rounds.erase(rounds.begin() + 1);
    EXPECT_EQ(store.keep(rounds), Store::Kept::failed);
    EXPECT_TRUE(store.has(rounds[1]));
    EXPECT_THAT(capture.lines, SizeIs(1)) << "that one round fits is no end of it";
  }
  EXPECT_EQ(store.keep(rounds), Store::Kept::all);
  EXPECT_TRUE(store.has(rounds.back()));
  ASSERT_THAT(capture.lines, SizeIs(2));
  EXPECT_THAT(capture.lines[1], HasSubstr("can write the queue to disk again"));
}

TEST_F(StoreTest, SaysThatTheDirectoryIsFull) {
  ASSERT_TRUE(store.open(directory, 100'000, {}, take));
  std::deque<Waiting> rounds;
  for (std::uint64_t i = 1; i <= 3; ++i)
    rounds.push_back(waiting(i, 40'000));
  EXPECT_EQ(store.keep(rounds), Store::Kept::full);
  EXPECT_TRUE(store.has(rounds[0]));
  store.remove(rounds[0]);
  rounds.pop_front();
  store.remove(rounds[0]);
  rounds.pop_front();
  EXPECT_EQ(store.keep(rounds), Store::Kept::all);
  EXPECT_TRUE(store.has(rounds[0]));
  EXPECT_THAT(capture.lines, SizeIs(0));
}

TEST_F(StoreTest, KeepsNoMemoryOfALargeRound) {
  ASSERT_TRUE(store.open(directory, 10 * megabyte, {}, take));
  std::deque<Waiting> rounds;
  rounds.push_back(waiting(1, 2 * megabyte));
  const auto in_use = [] {
    const auto info = ::mallinfo2();  // zeros under a sanitizer
    return info.uordblks + info.hblkhd;
  };
  const auto before = in_use();
  EXPECT_EQ(store.keep(rounds), Store::Kept::all);
  EXPECT_TRUE(store.has(rounds[0]));
  EXPECT_LT(in_use(), before + megabyte);
}

TEST_F(StoreTest, LetsTheRoundsOfAnEarlierRunShareTheirContainers) {
  keep_in_an_earlier_run(3);
  ASSERT_TRUE(store.open(directory, megabyte, {}, take));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].round.readings[0]->container, found[2].round.readings[0]->container);
  EXPECT_EQ(found[0].round.identity, found[2].round.identity);
}

TEST_F(StoreTest, UsesNoSequenceTwice) {
  keep_in_an_earlier_run(3, 1);
  EXPECT_EQ(*store.open(directory, megabyte, {}, take), 4U) << "the files still know the one that is gone";
  EXPECT_THAT(found, SizeIs(2));
}

TEST_F(StoreTest, ReadsARoundOnlyAfterTheOneBeforeWasTaken) {
  keep_in_an_earlier_run(3);
  ASSERT_TRUE(store.open(directory, megabyte, {}, [&](Waiting waiting) {
    take(std::move(waiting));
    fs::resize_file(directory + "/queue-0000000000000001.seg", 8);
  }));
  EXPECT_THAT(found, SizeIs(1));
  EXPECT_EQ(capture.count("the queue files are damaged: some rounds cannot be read and are lost"), 1U);
  EXPECT_EQ(capture.count("bytes=0 rounds=2"), 1U);
}

TEST_F(StoreTest, SaysHowMuchALowerLimitCosts) {
  {
    Store earlier{capture.log};
    ASSERT_TRUE(earlier.open(directory, megabyte, {}, take));
    std::deque<Waiting> rounds;
    for (std::uint64_t i = 1; i <= 6; ++i)
      rounds.push_back(waiting(i, 60'000));
    EXPECT_EQ(earlier.keep(rounds), Store::Kept::all);
  }
  ASSERT_TRUE(store.open(directory, 200'000, {}, take));
  EXPECT_GT(found.size(), 0U);
  EXPECT_LT(found.size(), 6U);
  EXPECT_EQ(found.back().sequence, 6U);
  ASSERT_THAT(capture.lines, SizeIs(1));
  EXPECT_THAT(capture.lines[0],
              HasSubstr("the queue files are larger than queue_limit: the oldest are deleted, and their rounds are "
                        "lost\" directory=" +
                        directory + " files=" + std::to_string(6 - found.size()) + " bytes="));
}

}  // namespace
}  // namespace cspy::queue
