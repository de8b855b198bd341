#include "docker/remedy.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace cspy::docker {
namespace {

const Endpoint docker_socket{Endpoint::Kind::unix_socket, "", 0, "/var/run/docker.sock"};
constexpr auto no_namespace = "         0          0 4294967295\n";
constexpr auto selinux_label = "system_u:system_r:container_t:s0:c1,c2\n";

std::string denied(const SocketAccess& access) {
  return remedy(Code::denied, docker_socket, access);
}

/// dockerd's own socket, and who tries to use it.
SocketAccess root_docker(Identity we) {
  if (we.uid_map.empty()) we.uid_map = no_namespace;
  return {.owner = 0, .group = 998, .mode = 0660, .we = std::move(we)};
}

TEST(Remedy, OfPermissionDeniedNamesTheGroupAndBothWaysToJoinIt) {
  const std::string join =
      "the socket belongs to group 998 (owner 0, mode 0660): run with '--group-add 998', in compose "
      "'group_add: [\"998\"]', or as a user of that group";
  EXPECT_EQ(denied(root_docker({.user = 65534, .groups = {65534}})), join);
  EXPECT_EQ(denied(root_docker({.user = 1000, .groups = {1000, 27}, .label = selinux_label})), join)
      << "SELinux comes after the permissions";
}

TEST(Remedy, OfPermissionDeniedWithoutAFile) {
  EXPECT_EQ(remedy(Code::denied, docker_socket, std::nullopt),
            "this user cannot enter a directory on the path to the socket, or a security module such as SELinux hides "
            "it");
}

TEST(Remedy, OfASocketOfOneUserNamesTheUser) {
  SocketAccess rootless{.owner = 1000, .group = 1000, .mode = 0600, .we = {.user = 65534, .groups = {65534}}};
  const std::string run_as =
      "only user 1000 may use the socket (group 1000, mode 0600): run as that user, with '--user 1000'";
  EXPECT_EQ(denied(rootless), run_as);
  rootless.we.groups.push_back(1000);
  EXPECT_EQ(denied(rootless), run_as) << "its group may not write to it";
  rootless.we.user = 1000;
  rootless.mode = 0400;
  EXPECT_EQ(denied(rootless), "the mode of the socket is 0400, which does not let this user write to it: change it");
}

TEST(Remedy, OfAMemberOfTheGroupNamesTheSecurityModule) {
  const std::vector<std::uint32_t> groups{65534, 998};
  EXPECT_EQ(denied(root_docker({.user = 65534, .groups = groups, .label = selinux_label, .selinux_enforce = "1"})),
            "SELinux denies it to system_u:system_r:container_t:s0:c1,c2: run a container with '--security-opt "
            "label=disable'; elsewhere 'ausearch -m avc' shows what to allow");
  EXPECT_EQ(denied(root_docker({.user = 65534, .groups = groups, .label = "docker-default (enforce)\n"})),
            "the AppArmor profile of this process denies it, docker-default (enforce): run a container with "
            "'--security-opt apparmor=unconfined'; elsewhere allow the socket in the profile");
  const std::string unknown =
      "the permissions of the socket allow it (owner 0, group 998, mode 0660), so a security module denies it: the "
      "kernel's log ('dmesg') names it";
  EXPECT_EQ(denied(root_docker({.user = 65534, .groups = groups})), unknown);
  EXPECT_EQ(denied(root_docker({.user = 65534, .groups = groups, .label = selinux_label, .selinux_enforce = "0\n"})),
            unknown)
      << "SELinux only reports what it would deny";
  EXPECT_EQ(denied(root_docker({.user = 65534, .groups = groups, .label = "u:u_r:unconfined_t:s0"})), unknown);
  EXPECT_EQ(denied(root_docker({.user = 65534, .groups = groups, .label = "docker-default (complain)\n"})), unknown);
}

TEST(Remedy, OfRootNamesTheSecurityModuleOrTheCapability) {
  EXPECT_EQ(denied(root_docker({.user = 0, .groups = {0}, .label = selinux_label})),
            "SELinux denies it to system_u:system_r:container_t:s0:c1,c2: run a container with '--security-opt "
            "label=disable'; elsewhere 'ausearch -m avc' shows what to allow");
  EXPECT_EQ(denied({.owner = 1000, .group = 998, .mode = 0660, .we = {.user = 0, .groups = {0}}}),
            "root needs the capability DAC_OVERRIDE to use a socket of others (owner 1000, group 998, mode 0660): run "
            "with '--cap-add DAC_OVERRIDE' or '--group-add 998'");
}

TEST(Remedy, OfMappedUsersNamesTheUserNamespace) {
  SocketAccess remapped{.owner = 65534,
                        .group = 65534,
                        .mode = 0660,
                        .we = {.user = 0, .groups = {0}, .uid_map = "         0     100000      65536\n"}};
  const std::string advice =
      "the users of this container are others on the host (userns-remap or a rootless engine), so no user or group in "
      "it may use the socket: run with '--userns=host' and with '--group-add' the group that 'stat -c %g "
      "/var/run/docker.sock' shows on the host, or mount the socket of the rootless engine";
  EXPECT_EQ(denied(remapped), advice);
  remapped.we.user = 65534;
  remapped.we.groups = {65534};
  EXPECT_EQ(denied(remapped), advice) << "to be user 65534 of the container is not to be the socket's unknown owner";
  remapped.owner = 0;
  remapped.group = 0;
  EXPECT_EQ(denied(remapped),
            "the socket belongs to group 0 (owner 0, mode 0660): run with '--group-add 0', in compose 'group_add: "
            "[\"0\"]', or as a user of that group")
      << "the namespace has this group";
}

TEST(Remedy, OfAMissingSocketNamesTheMount) {
  EXPECT_EQ(remedy(Code::missing, docker_socket, std::nullopt),
            "there is no socket at /var/run/docker.sock: in a container mount it with '-v "
            "/var/run/docker.sock:/var/run/docker.sock:ro'; elsewhere start the engine or name its socket with "
            "--docker-socket");
}

TEST(Remedy, IsEmptyWhereThereIsNothingToAdvise) {
  EXPECT_EQ(remedy(Code::unreachable, docker_socket, std::nullopt), "");
  EXPECT_EQ(remedy(Code::missing, {Endpoint::Kind::tcp, "proxy", 2375, ""}, std::nullopt), "");
}

TEST(SocketAccess, IsThatOfTheFileAndOfThisProcess) {
  EXPECT_FALSE(socket_access({Endpoint::Kind::unix_socket, "", 0, "/nonexistent"}).has_value());
  const auto access = socket_access({Endpoint::Kind::unix_socket, "", 0, "/"});
  ASSERT_TRUE(access.has_value());
  EXPECT_EQ(access->we.user, ::geteuid());
  EXPECT_EQ(access->we.groups.at(0), ::getegid());
  EXPECT_EQ(access->we.groups.size(), 1U + static_cast<std::size_t>(::getgroups(0, nullptr)));
  EXPECT_NE(access->we.uid_map, "");
}

}  // namespace
}  // namespace cspy::docker
