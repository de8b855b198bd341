// Converts settings of the engine to what the kernel has: the paths and weights that cAdvisor reads from the cgroup
// tree. Pure. Sources: dockerd's oci_linux.go, runc's systemd and cgroupfs managers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "docker/engine.hpp"

namespace cspy::docker {

/// The container's cgroup path below the root of the hierarchy, cAdvisor's `id`: "/docker/<id>" with the cgroupfs
/// driver, "/system.slice/docker-<id>.scope" with the systemd driver. `parent` is HostConfig.CgroupParent, empty for
/// the default. (No API reports a default parent that the daemon was configured with. With cgroupfs, a relative parent
/// starts at the root.)
[[nodiscard]] std::string cgroup_path(const Engine& engine, std::string_view id, std::string_view parent);

/// The value of container_spec_cpu_shares for `shares` in the engine's settings (0: its default). On cgroup v1 it is
/// the same number. On v2 the runtime converts it to a weight and cAdvisor converts the weight back, which gives
/// another number.
[[nodiscard]] std::uint64_t effective_cpu_shares(const Engine& engine, std::uint64_t shares);

}  // namespace cspy::docker
