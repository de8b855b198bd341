#include "host/proc_tasks.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "metrics/container.hpp"
#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::host {
namespace {

TEST(CgroupPath, IsTheOnlyOneOfCgroupV2) {
  EXPECT_EQ(cgroup_path("0::/system.slice/docker-0123.scope\n"), "/system.slice/docker-0123.scope");
  EXPECT_EQ(cgroup_path("0::/../a:b"), "/../a:b");
}

TEST(CgroupPath, IsThatOfTheMemoryOnCgroupV1) {
  EXPECT_EQ(cgroup_path("9:name=systemd:/\n8:pids:/docker/0\n4:memory:/docker/1\n2:cpu,cpuacct:/docker/2\n0::/\n"),
            "/docker/1");
  EXPECT_EQ(cgroup_path("8:pids:/docker/0\n2:cpu,cpuacct:/docker/2\n0::/\n"), "/docker/2");
}

TEST(CgroupPath, IsAbsentWhereNothingTellsIt) {
  EXPECT_EQ(cgroup_path(""), std::nullopt);
  EXPECT_EQ(cgroup_path("0::\nmemory\n4:memory:docker\n1:name=systemd:/docker/0"), std::nullopt);
}

TEST(OpenFilesSoft, IsTheFirstOfTheTwoLimits) {
  constexpr std::string_view before =
      "Limit                     Soft Limit           Hard Limit           Units     \n"
      "Max processes             96365                96365                processes \n";
  const auto limit = [&](std::string_view soft) {
    return open_files_soft(std::string{before}
                               .append("Max open files            ")
                               .append(soft)
                               .append("                524288               files     \nMax locked memory         "
                                       "8388608              8388608      "
                                       "        bytes     \n"));
  };
  EXPECT_EQ(limit("1024"), Count{1'024});
  EXPECT_EQ(limit("unlimited"), Count{metrics::unlimited_files});
  EXPECT_EQ(limit("many"), Count{});
  EXPECT_EQ(open_files_soft(before), Count{});
}

TEST(Schedstat, HasThreeNumbers) {
  EXPECT_EQ(parse_schedstat("117044 2863619 2\n"),
            (SchedCounters{.run_ns = 117'044, .runqueue_ns = 2'863'619, .periods = 2}));
  EXPECT_EQ(parse_schedstat("117044 2863619\n"), std::nullopt);
  EXPECT_EQ(parse_schedstat(""), std::nullopt);
}

TEST(Descriptors, CountFilesAndSocketsOfSeveralProcesses) {
  const test::TempDir dir;
  for (const auto* const process : {"7", "8", "9"})
    std::filesystem::create_directories(dir.file(std::string{process} + "/fd"));
  std::filesystem::create_symlink("/dev/null", dir.file("7/fd/0"));
  std::filesystem::create_symlink("socket:[4711]", dir.file("7/fd/1"));
  std::filesystem::create_symlink("socket:[4712]", dir.file("8/fd/5"));
  std::filesystem::create_symlink("anon_inode:[eventpoll]", dir.file("8/fd/6"));
  Descriptors descriptors;
  for (const auto* const process : {"7", "8", "9"})
    descriptors.add(*Directory::open(dir.file(process).c_str()));
  EXPECT_EQ(descriptors.files, Count{4});
  EXPECT_EQ(descriptors.sockets, Count{2});
}

TEST(Descriptors, OfAProcessThatHasEndedAreNone) {
  const test::TempDir dir;
  Descriptors descriptors;
  descriptors.add(*Directory::open(dir.file("").c_str()));
  EXPECT_EQ(descriptors.files, Count{0});
  EXPECT_EQ(descriptors.sockets, Count{0});
}

TEST(Descriptors, OfThisProcessHaveItsSockets) {
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()), 0);
  Descriptors with, without;
  const auto self = Directory::open("/proc/self");
  with.add(*self);
  ::close(pair[0]);
  ::close(pair[1]);
  without.add(*self);
  EXPECT_EQ(*with.files, *without.files + 2);
  EXPECT_EQ(*with.sockets, *without.sockets + 2);
}

TEST(Descriptors, AreAbsentWhereTheyAreRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "nothing is refused to root";
  const test::TempDir dir;
  std::filesystem::create_directories(dir.file("fd"));
  ASSERT_EQ(::chmod(dir.file("fd").c_str(), 0), 0);
  Descriptors descriptors;
  descriptors.add(*Directory::open(dir.file("").c_str()));
  EXPECT_EQ(descriptors.files, Count{});
  EXPECT_EQ(descriptors.sockets, Count{});
}

}  // namespace
}  // namespace cspy::host
