// The machine that the agent runs on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/count.hpp"
#include "base/time.hpp"
#include "host/kernel_files.hpp"

namespace cspy::host {

struct Machine {
  std::string name;                ///< the host's name, or the container's if we run in one
  std::uint64_t memory_bytes = 0;  ///< MemTotal; 0 if it cannot be read
  UnixNanos booted = 0;            ///< 0 if it cannot be read
  Count swap_bytes{};
  Count cpus{};            ///< online threads
  Count physical_cores{};  ///< number of different core ids, whatever the socket, as in cAdvisor
  Count sockets{};
  std::string boot_id{};      ///< of this boot; the same in every container
  std::string machine_id{};   ///< of the installation, or of the container's image if that has one
  std::string system_uuid{};  ///< of the hardware, which only root may read; otherwise the machine id, as in cAdvisor
  std::string os_name{};      ///< "Debian GNU/Linux 12 (bookworm)"
};

/// Where to look.
struct MachinePaths {
  std::string proc = "/proc";
  std::string sys = "/sys";
  std::string root{};      ///< prefix of /etc and /var: where the host's root is mounted
  std::string own_root{};  ///< prefix of the usual places where the host's files are mounted
  // The first file that has an id counts. Empty: the usual files.
  std::vector<std::string> machine_ids{}, boot_ids{};
};

/// Values that cannot be read are absent.
[[nodiscard]] Machine this_machine(const MachinePaths& paths = {});

/// Reads the memory and the CPUs again: both may be added and removed. What cannot be read stays as it was.
void update_size(Machine& machine, const MachinePaths& paths = {});

/// When the machine of this /proc booted. 0 if it cannot be read.
[[nodiscard]] UnixNanos boot_time(const Directory& proc);

/// PRETTY_NAME in os-release(5).
[[nodiscard]] std::string os_pretty_name(std::string_view os_release);

}  // namespace cspy::host
