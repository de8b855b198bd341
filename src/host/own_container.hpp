// The container that the agent itself runs in.
#pragma once

#include <string>
#include <string_view>

#include "host/kernel_files.hpp"

namespace cspy::host {

/// Whether it is the full id of a container: 64 hexadecimal digits. Nothing shorter proves anything.
[[nodiscard]] bool is_container_id(std::string_view id);

/// The id of our own container, from the mounts of /proc/self/mountinfo: engines mount /etc/hostname, /etc/hosts and
/// /etc/resolv.conf from the container's directory. Our cgroup does not show the id, because we see it as the root.
/// Empty outside of containers. `proc` is our own /proc.
[[nodiscard]] std::string own_container(KernelFiles& files, const Directory& proc);

}  // namespace cspy::host
