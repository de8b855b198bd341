// From what the engine was told to what the kernel has: the paths and weights that cAdvisor reads from the cgroup tree.
// Pure. Sources: dockerd's oci_linux.go, runc's systemd and cgroupfs managers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "docker/engine.hpp"

namespace cspy::docker {

/// The container's cgroup path below the hierarchy's root, cAdvisor's `id`: "/docker/<id>" with the cgroupfs driver,
/// "/system.slice/docker-<id>.scope" with systemd's. `parent` is HostConfig.CgroupParent, empty for the default. (A
/// parent that the daemon itself was given is not told by any API; a relative one under cgroupfs is taken from the
/// root.)
[[nodiscard]] std::string cgroup_path(const Engine& engine, std::string_view id, std::string_view parent);

/// What container_spec_cpu_shares is for `shares` given to the engine (0: its default). On cgroup v1 the number itself;
/// on v2 the runtime turns it into a weight and cAdvisor turns the weight back, which does not give the same number.
[[nodiscard]] std::uint64_t effective_cpu_shares(const Engine& engine, std::uint64_t shares);

}  // namespace cspy::docker
