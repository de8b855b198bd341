// Opening sockets: in use, old files, permissions, and what systemd passes.
#include "serve/listener.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/raw_client.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::serve {
namespace {

std::string error_of(const Result<Listener>& result) {
  return result ? "none" : result.error().message + "; " + result.error().remedy;
}

std::uint16_t port_of(const Listener& listener) {
  const auto& text = listener.text();
  return static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
}

TEST(Listener, ListensOnBothFamilies) {
  const auto listener = Listener::open({.host = "", .port = 0});
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_THAT(listener->text(), testing::StartsWith(":"));
  const test::RawClient over_ipv4{port_of(*listener)};
}

TEST(Listener, NamesThePortThatIsInUse) {
  const auto first = Listener::open({.host = "127.0.0.1"});
  ASSERT_TRUE(first);
  const auto port = std::to_string(port_of(*first));
  const auto remedy =
      "; stop the program that uses the port ('ss -ltnp sport = :" + port + "' shows it), or choose another port";
  EXPECT_EQ(error_of(Listener::open({.host = "127.0.0.1", .port = port_of(*first)})),
            "cannot listen at 127.0.0.1:" + port + ": Address already in use" + remedy);
  EXPECT_EQ(error_of(Listener::open({.host = "", .port = port_of(*first)})),
            "cannot listen at :" + port + ": Address already in use" + remedy);
}

TEST(Listener, NamesAnAddressOfAnotherMachine) {
  EXPECT_EQ(error_of(Listener::open({.host = "192.0.2.1", .port = 8'080})),
            "cannot listen at 192.0.2.1:8080: Cannot assign requested address; write an address of this machine ('ip "
            "address' lists them), or :PORT for all of them");
}

TEST(Listener, ReplacesASocketThatNobodyListensAt) {
  const test::TempDir folder;
  const auto path = folder.file("agent.sock");
  const ListenAddress address{.host = "", .path = path};
  {
    auto first = Listener::open(address);
    ASSERT_TRUE(first);
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0660U);
    EXPECT_EQ(error_of(Listener::open(address)),
              "cannot listen at unix:" + path +
                  ": Address already in use; stop the program that listens there, or choose another path");
    const UniqueFd closed{first->release()};
    std::filesystem::rename(path, path + ".old");
  }
  std::filesystem::rename(path + ".old", path);
  {
    const auto second = Listener::open(address);
    ASSERT_TRUE(second) << second.error().message;
    const test::RawClient client{path};
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Listener, LeavesTheSocketOfItsSuccessor) {
  const test::TempDir folder;
  const auto path = folder.file("agent.sock");
  auto first = std::optional{Listener::open({.host = "", .path = path}).value()};
  std::filesystem::rename(path, path + ".old");
  const auto second = Listener::open({.host = "", .path = path});
  ASSERT_TRUE(second);
  first.reset();
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(Listener, NeverReplacesAFile) {
  const test::TempDir folder;
  const auto path = folder.file("data");
  test::replace_file(path, "precious");
  EXPECT_EQ(error_of(Listener::open({.host = "", .path = path})),
            "cannot listen at unix:" + path +
                ": the file exists and is not a socket; remove the file, or choose another path");
  EXPECT_TRUE(std::filesystem::exists(path));
  const auto missing = folder.file("missing/agent.sock");
  EXPECT_EQ(error_of(Listener::open({.host = "", .path = missing})),
            "cannot listen at unix:" + missing + ": No such file or directory; create the directory of the socket");
}

TEST(PassedListeners, TakesTheSocketsOfSystemd) {
  auto opened = Listener::open({.host = "127.0.0.1"});
  ASSERT_TRUE(opened);
  const auto text = opened->text();
  const auto pid = std::to_string(::getpid());
  const int socket = opened->release();
  const auto passed = passed_listeners(pid.c_str(), "1", socket);
  ASSERT_TRUE(passed) << passed.error().message;
  ASSERT_EQ(passed->size(), 1U);
  EXPECT_EQ(passed->front().text(), text);
  EXPECT_NE(::fcntl(passed->front().fd(), F_GETFD) & FD_CLOEXEC, 0);
  const test::RawClient client{port_of(passed->front())};
}

TEST(PassedListeners, TakesNothingThatIsForAnotherProcess) {
  const auto pid = std::to_string(::getpid());
  EXPECT_TRUE(passed_listeners(nullptr, nullptr)->empty());
  EXPECT_TRUE(passed_listeners("1", "1")->empty());
  EXPECT_TRUE(passed_listeners(pid.c_str(), nullptr)->empty());
  EXPECT_TRUE(passed_listeners(pid.c_str(), "-1")->empty());
  EXPECT_TRUE(passed_listeners((pid + "x").c_str(), "1")->empty());
  EXPECT_EQ(passed_listeners(pid.c_str(), "17").error().message,
            "LISTEN_FDS is 17, but at most 16 sockets can be used");
}

TEST(PassedListeners, RefusesOtherDescriptors) {
  const auto pid = std::to_string(::getpid());
  const auto error_with = [&](int descriptor) {
    const auto passed = passed_listeners(pid.c_str(), "1", descriptor);
    return passed ? "none" : passed.error().message;
  };
  const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(error_with(file), "the passed descriptor " + std::to_string(file) + " is not a listening stream socket");
  const int connected = ::socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(error_with(connected),
            "the passed descriptor " + std::to_string(connected) + " is not a listening stream socket");
}

}  // namespace
}  // namespace cspy::serve
