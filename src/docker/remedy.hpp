// What the user can do about an engine that cannot be reached.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace cspy::docker {

/// What this process is for the kernel. The texts are those of the kernel's files; empty: there is no such file.
struct Identity {
  std::uint32_t user = 0;                  ///< the effective one
  std::vector<std::uint32_t> groups = {};  ///< the effective one and the supplementary ones
  std::string uid_map = {};                ///< /proc/self/uid_map
  std::string label = {};                  ///< /proc/self/attr/current, of SELinux or AppArmor
  std::string selinux_enforce = {};        ///< /sys/fs/selinux/enforce
};

/// Who may use a socket, and who we are.
struct SocketAccess {
  std::uint32_t owner = 0;
  std::uint32_t group = 0;
  std::uint32_t mode = 0;  ///< permission bits
  Identity we = {};
};

/// Of the file at the endpoint's path. nullopt if there is no file, or for TCP.
[[nodiscard]] std::optional<SocketAccess> socket_access(const Endpoint& endpoint);

/// A sentence for the log; empty if there is no advice. If permission is denied, it says who denies it: the permissions
/// of the socket, a user namespace, SELinux or AppArmor. Pure.
[[nodiscard]] std::string remedy(Code code, const Endpoint& endpoint, const std::optional<SocketAccess>& access);

}  // namespace cspy::docker
