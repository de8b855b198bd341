// Ids of containers in paths, and the container that the agent itself runs in.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "host/kernel_files.hpp"

namespace cspy::host {

/// Whether it is the full id of a container: 64 hexadecimal digits. Nothing shorter proves anything.
[[nodiscard]] bool is_container_id(std::string_view id);

/// Whether `is_it` holds for one of the containers' ids in the path of a cgroup: "/docker/<id>",
/// "/system.slice/docker-<id>.scope/init".
[[nodiscard]] bool any_container_in(std::string_view path, const std::function<bool(std::string_view id)>& is_it);

/// The id of our own container, from the mounts of /proc/self/mountinfo: engines mount /etc/hostname, /etc/hosts and
/// /etc/resolv.conf from the container's directory. Our cgroup does not show the id, because we see it as the root.
/// Empty outside of containers. `proc` is our own /proc.
[[nodiscard]] std::string own_container(KernelFiles& files, const Directory& proc);

}  // namespace cspy::host
