#include "app/engine_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "app/console.hpp"
#include "base/unique_fd.hpp"
#include "tests/support/settings.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::app {
namespace {

using test::environment_of;
using test::resolve_all;
using test::Variables;
using testing::ElementsAre;
using testing::HasSubstr;

const Variables rootless{{"XDG_RUNTIME_DIR", "/run/user/1000"}};

/// The address that is found if these sockets exist.
std::string found(const std::vector<const char*>& words, const Variables& variables,
                  const std::set<std::string>& sockets) {
  auto resolved = resolve_all(words, variables);
  find_engine(resolved, environment_of(variables), [&](const std::string& path) { return sockets.contains(path); });
  return resolved.options.docker_socket.text();
}

TEST(EnginePlace, IsLookedForInThisOrder) {
  EXPECT_THAT(engine_places(environment_of(rootless)),
              ElementsAre("/var/run/docker.sock", "/run/podman/podman.sock", "/var/run/podman/podman.sock",
                          "/run/user/1000/docker.sock", "/run/user/1000/podman/podman.sock"));
  std::set<std::string> sockets;
  for (const auto* const path : {"/run/user/1000/podman/podman.sock", "/run/user/1000/docker.sock",
                                 "/var/run/podman/podman.sock", "/run/podman/podman.sock", "/var/run/docker.sock"}) {
    sockets.insert(path);
    EXPECT_EQ(found({}, rootless, sockets), path);
  }
  EXPECT_EQ(found({}, rootless, {}), "/var/run/docker.sock") << "the default";
}

TEST(EnginePlace, IsNotLookedForIfASettingNamesTheEngine) {
  const std::set<std::string> podman{"/run/podman/podman.sock"};
  EXPECT_EQ(found({"--docker-socket", "/a.sock"}, {}, podman), "/a.sock");
  EXPECT_EQ(found({"-docker=unix:///b.sock"}, {}, podman), "/b.sock");
  EXPECT_EQ(found({}, {{"DOCKER_HOST", "tcp://proxy:2375"}}, podman), "tcp://proxy:2375");
  EXPECT_EQ(found({}, {{"CSPY_DOCKER_SOCKET", "/var/run/docker.sock"}}, podman), "/var/run/docker.sock");
  EXPECT_EQ(found({}, {{"DOCKER_HOST", ""}}, podman), "/run/podman/podman.sock") << "empty counts as not set";
}

TEST(EnginePlace, IsShownWithItsSource) {
  auto resolved = resolve_all({}, rootless);
  EXPECT_EQ(find_engine(resolved, environment_of(rootless), [](const auto& path) { return path.contains("1000"); }),
            "/run/user/1000/docker.sock");
  EXPECT_THAT(config_text(resolved), HasSubstr("docker_socket: \"/run/user/1000/docker.sock\",  // found: the first "
                                               "usual place with a socket\n"));
  auto none = resolve_all({}, {});
  EXPECT_EQ(find_engine(none, environment_of({}), [](const auto&) { return false; }), std::nullopt);
  EXPECT_THAT(config_text(none), HasSubstr("docker_socket: \"/var/run/docker.sock\",  // default\n"));
}

TEST(EnginePlace, IgnoresARuntimeDirectoryThatCannotHoldASocket) {
  for (const auto& runtime : {std::string{}, std::string{"run"}, "/" + std::string(200, 'x')})
    EXPECT_THAT(engine_places(environment_of({{"XDG_RUNTIME_DIR", runtime}})), testing::SizeIs(3)) << runtime;
}

TEST(EnginePlace, IsASocketAndNothingElse) {
  const test::TempDir dir;
  std::ofstream{dir.file("file")} << "x";
  const UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM, 0)};
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  dir.file("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  std::filesystem::create_symlink("socket", dir.file("link"));
  std::filesystem::create_symlink("gone", dir.file("dangling"));
  EXPECT_TRUE(is_socket(dir.file("socket")));
  EXPECT_TRUE(is_socket(dir.file("link")));
  for (const auto* const name : {"file", "dangling", "none", ""})
    EXPECT_FALSE(is_socket(dir.file(name))) << name;
}

}  // namespace
}  // namespace cspy::app
