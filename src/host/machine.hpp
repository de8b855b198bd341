// The machine we run on: to tell whether it is the engine's own, and if so what it has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/count.hpp"

namespace cspy::host {

struct Machine {
  std::string name;                ///< the host's name, or the container's
  std::string kernel_version;      ///< uname -r; the same in every container of a machine
  std::uint64_t memory_bytes = 0;  ///< MemTotal; 0 where it cannot be read
  Count swap_bytes{};
  Count cpus{};            ///< threads that are online
  Count physical_cores{};  ///< different numbers of cores, whatever the socket; so cAdvisor counts
  Count sockets{};
  std::string boot_id{};      ///< of this boot; the same in every container
  std::string machine_id{};   ///< of the installation; of the container's image where it has one
  std::string system_uuid{};  ///< of the hardware, which only root may read; else the machine's id, as in cAdvisor
  std::string os_name{};      ///< "Debian GNU/Linux 12 (bookworm)"
};

/// Where to look.
struct MachinePaths {
  std::string proc = "/proc";
  std::string sys = "/sys";
  std::string root{};  ///< in front of /etc and /var: where the host's root is mounted
};

/// What cannot be read is absent.
[[nodiscard]] Machine this_machine(const MachinePaths& paths = {});

/// Whether an engine that tells these runs here. A socket may lead into a virtual machine or to another host; then what
/// our /sys and /proc say has nothing to do with its containers.
[[nodiscard]] bool is_same(const Machine& machine, const std::string& kernel_version, std::uint64_t memory_bytes);

/// PRETTY_NAME in os-release(5).
[[nodiscard]] std::string os_pretty_name(std::string_view os_release);

}  // namespace cspy::host
