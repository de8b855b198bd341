// What the user can do about an engine that cannot be reached. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace cspy::docker {

/// Who may use a socket.
struct SocketAccess {
  std::uint32_t owner = 0;
  std::uint32_t group = 0;
  std::uint32_t mode = 0;  ///< permission bits
};

/// Of the file at the endpoint's path. nullopt if there is no file, or for TCP.
[[nodiscard]] std::optional<SocketAccess> socket_access(const Endpoint& endpoint);

/// A sentence for the log; empty if there is no advice. For denied permission it names the group, and the docker and
/// compose settings that add it.
[[nodiscard]] std::string remedy(Code code, const Endpoint& endpoint, const std::optional<SocketAccess>& access);

}  // namespace cspy::docker
