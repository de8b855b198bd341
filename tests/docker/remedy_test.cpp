#include "docker/remedy.hpp"

#include <gtest/gtest.h>

namespace cspy::docker {
namespace {

const Endpoint docker_socket{Endpoint::Kind::unix_socket, "", 0, "/var/run/docker.sock"};

TEST(Remedy, OfPermissionDeniedNamesTheGroupAndBothWaysToJoinIt) {
  EXPECT_EQ(remedy(Code::denied, docker_socket, SocketAccess{.owner = 0, .group = 998, .mode = 0660}),
            "the socket belongs to group 998 (owner 0, mode 0660): run with '--group-add 998', in compose "
            "'group_add: [\"998\"]', or as a user of that group");
  EXPECT_EQ(remedy(Code::denied, docker_socket, std::nullopt),
            "this user cannot enter a directory on the path to the socket");
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

TEST(SocketAccess, IsThatOfTheFile) {
  EXPECT_EQ(socket_access({Endpoint::Kind::unix_socket, "", 0, "/nonexistent"}), std::nullopt);
  EXPECT_TRUE(socket_access({Endpoint::Kind::unix_socket, "", 0, "/"}).has_value());
}

}  // namespace
}  // namespace cspy::docker
