// The machine we run on, to tell whether it is the engine's own.
#pragma once

#include <cstdint>
#include <string>

namespace cspy::host {

struct Machine {
  std::string name;                ///< the host's name, or the container's
  std::string kernel_version;      ///< uname -r; the same in every container of a machine
  std::uint64_t memory_bytes = 0;  ///< MemTotal; 0 where it cannot be read
};

/// `meminfo_path` is /proc/meminfo.
[[nodiscard]] Machine this_machine(const std::string& meminfo_path = "/proc/meminfo");

/// Whether an engine that tells these runs here. A socket may lead into a virtual machine or to another host; then what
/// our /sys and /proc say has nothing to do with its containers.
[[nodiscard]] bool is_same(const Machine& machine, const std::string& kernel_version, std::uint64_t memory_bytes);

}  // namespace cspy::host
