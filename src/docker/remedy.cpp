#include "docker/remedy.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy::docker {
namespace {

/// The id that the kernel shows for users and groups that a user namespace does not have.
constexpr std::uint32_t unmapped_id = 65'534;

std::string kernel_text(const std::string& path) {
  return read_file(path, limits::kernel_file_bytes_max).value_or("");
}

Identity own_identity() {
  Identity we{.user = ::geteuid(),
              .groups = {::getegid()},
              .uid_map = kernel_text("/proc/self/uid_map"),
              .label = kernel_text("/proc/self/attr/current"),
              .selinux_enforce = kernel_text("/sys/fs/selinux/enforce")};
  std::vector<gid_t> others(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const auto count = ::getgroups(static_cast<int>(others.size()), others.data());
  if (count > 0) we.groups.insert(we.groups.end(), others.begin(), others.begin() + count);
  return we;
}

/// Whether our users are others on the host. Without a user namespace, all users are mapped to themselves.
bool in_user_namespace(std::string_view uid_map) {
  std::string words;
  for (const auto word : split(trimmed(uid_map), ' ')) {
    if (!word.empty()) words.append(words.empty() ? "" : " ").append(word);
  }
  return !words.empty() && words != "0 0 4294967295";
}

bool is_member(const Identity& we, std::uint32_t group) {
  return std::ranges::find(we.groups, group) != we.groups.end();
}

/// Connecting to a socket needs the permission to write. The kernel asks only the first class that we belong to.
bool mode_allows(const SocketAccess& access) {
  if (access.we.user == access.owner) return (access.mode & S_IWUSR) != 0;
  if (is_member(access.we, access.group)) return (access.mode & S_IWGRP) != 0;
  return (access.mode & S_IWOTH) != 0;
}

/// The label without its line break or terminator.
std::string label_of(const Identity& we) {
  return printable(trimmed(std::string_view{we.label}.substr(0, we.label.find('\0'))), limits::error_quote_bytes_max);
}

/// "system_u:system_r:container_t:s0:c1,c2" of a process that SELinux confines.
bool selinux_confines(const Identity& we) {
  const auto label = label_of(we);
  const auto parts = split(label, ':');
  return parts.size() >= 3 && parts[2].ends_with("_t") && parts[2] != "unconfined_t" && parts[2] != "spc_t" &&
         trimmed(we.selinux_enforce) != "0";
}

/// "docker-default (enforce)"
bool apparmor_confines(const Identity& we) {
  return label_of(we).ends_with(" (enforce)");
}

std::string security_module_remedy(const SocketAccess& access) {
  const auto label = label_of(access.we);
  if (selinux_confines(access.we)) {
    return fmt::format(
        "SELinux denies it to {}: run a container with '--security-opt label=disable'; elsewhere 'ausearch -m avc' "
        "shows what to allow",
        label);
  }
  if (apparmor_confines(access.we)) {
    return fmt::format(
        "the AppArmor profile of this process denies it, {}: run a container with '--security-opt "
        "apparmor=unconfined'; elsewhere allow the socket in the profile",
        label);
  }
  return {};
}

std::string permission_remedy(const SocketAccess& access) {
  const auto [owner, group, mode, we] = access;
  if ((mode & S_IWGRP) != 0 && !is_member(we, group)) {
    return fmt::format(
        "the socket belongs to group {0} (owner {1}, mode {2:04o}): run with '--group-add {0}', in compose "
        "'group_add: [\"{0}\"]', or as a user of that group",
        group, owner, mode);
  }
  if ((mode & S_IWUSR) != 0 && we.user != owner) {
    return fmt::format(
        "only user {0} may use the socket (group {1}, mode {2:04o}): run as that user, with '--user {0}'", owner, group,
        mode);
  }
  return fmt::format("the mode of the socket is {:04o}, which does not let this user write to it: change it", mode);
}

std::string denied_remedy(const SocketAccess& access, const std::string& path) {
  const auto [owner, group, mode, we] = access;
  if (in_user_namespace(we.uid_map) && owner == unmapped_id && group == unmapped_id) {
    return fmt::format(
        "the users of this container are others on the host (userns-remap or a rootless engine), so no user or group "
        "in it may use the socket: run with '--userns=host' and with '--group-add' the group that 'stat -c %g {}' "
        "shows on the host, or mount the socket of the rootless engine",
        path);
  }
  if (!mode_allows(access) && we.user != 0) return permission_remedy(access);
  if (auto advice = security_module_remedy(access); !advice.empty()) return advice;
  if (!mode_allows(access)) {
    return fmt::format(
        "root needs the capability DAC_OVERRIDE to use a socket of others (owner {0}, group {1}, mode {2:04o}): run "
        "with '--cap-add DAC_OVERRIDE' or '--group-add {1}'",
        owner, group, mode);
  }
  return fmt::format(
      "the permissions of the socket allow it (owner {}, group {}, mode {:04o}), so a security module denies it: the "
      "kernel's log ('dmesg') names it",
      owner, group, mode);
}

}  // namespace

std::optional<SocketAccess> socket_access(const Endpoint& endpoint) {
  struct stat info{};
  if (endpoint.kind != Endpoint::Kind::unix_socket || ::stat(endpoint.path.c_str(), &info) != 0) return std::nullopt;
  return SocketAccess{.owner = info.st_uid, .group = info.st_gid, .mode = info.st_mode & 07777U, .we = own_identity()};
}

std::string remedy(Code code, const Endpoint& endpoint, const std::optional<SocketAccess>& access) {
  const bool socket = endpoint.kind == Endpoint::Kind::unix_socket;
  if (code == Code::denied && access) return denied_remedy(*access, endpoint.path);
  if (code == Code::denied) {
    return "this user cannot enter a directory on the path to the socket, or a security module such as SELinux hides "
           "it";
  }
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
