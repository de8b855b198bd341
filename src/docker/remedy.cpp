#include "docker/remedy.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

namespace cspy::docker {

std::optional<SocketAccess> socket_access(const Endpoint& endpoint) {
  struct stat info{};
  if (endpoint.kind != Endpoint::Kind::unix_socket || ::stat(endpoint.path.c_str(), &info) != 0) return std::nullopt;
  return SocketAccess{.owner = info.st_uid, .group = info.st_gid, .mode = info.st_mode & 07777U};
}

std::string remedy(Code code, const Endpoint& endpoint, const std::optional<SocketAccess>& access) {
  const bool socket = endpoint.kind == Endpoint::Kind::unix_socket;
  if (code == Code::denied && access) {
    return fmt::format(
        "the socket belongs to group {0} (owner {1}, mode {2:04o}): run with '--group-add {0}', in compose "
        "'group_add: [\"{0}\"]', or as a user of that group",
        access->group, access->owner, access->mode);
  }
  if (code == Code::denied) return "this user cannot enter a directory on the path to the socket";
  if (code == Code::missing && socket) {
    return fmt::format(
        "there is no socket at {0}: in a container mount it with '-v {0}:{0}:ro'; elsewhere start the engine or name "
        "its "
        "socket with --docker-socket",
        endpoint.path);
  }
  if (code == Code::forbidden)
    return "a proxy in front of the engine refuses the request: allow PING, VERSION and CONTAINERS";
  return {};
}

}  // namespace cspy::docker
