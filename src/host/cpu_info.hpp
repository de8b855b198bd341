// The kernel's information about a machine's CPUs, counted as cAdvisor counts. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/count.hpp"

namespace cspy::host {

/// /proc/cpuinfo, line by line. Not every architecture reports the core and the socket of a CPU.
class CpuInfo {
 public:
  void line(std::string_view line);

  /// Online CPUs.
  [[nodiscard]] Count processors() const { return counted(processors_); }
  /// The number of different core ids. Cores with the same id in different sockets count once, as in cAdvisor.
  [[nodiscard]] Count cores() const { return counted(cores_.size()); }
  [[nodiscard]] Count sockets() const { return counted(sockets_.size()); }

 private:
  static Count counted(std::uint64_t number) { return number == 0 ? Count{} : Count{number}; }

  std::uint64_t processors_ = 0;
  std::set<std::uint64_t> cores_;
  std::set<std::uint64_t> sockets_;
};

/// The numbers in a list such as "0-3,8", at most limits::cpus_max. nullopt if it is not such a list.
[[nodiscard]] std::optional<std::vector<std::uint32_t>> parse_cpu_list(std::string_view list);

/// The value of `key` ("MemTotal") in /proc/meminfo, in bytes.
[[nodiscard]] Count meminfo_bytes(std::string_view meminfo, std::string_view key);

}  // namespace cspy::host
