// Where a metric's number comes from, for each kind of engine.
#pragma once

#include <cstdint>
#include <string_view>

namespace cspy::metrics {

/// What must be read to get a number.
enum class Need : std::uint8_t {
  never,      ///< no source has it
  zero,       ///< the constant 0, as in cAdvisor
  knowledge,  ///< lists, inspections, events and the clock suffice
  stats,      ///< the engine's one-shot stats
  tree,       ///< the host's cgroup tree (cgroup_root)
  proc,       ///< the host's /proc (proc_root)
  sizes,      ///< the engine's sizes (disk_usage)
  host,       ///< the machine's public files, if the engine runs on it
};
[[nodiscard]] std::string_view describe(Need need);

enum class Platform : std::uint8_t { cgroup_v2, cgroup_v1, podman, windows };
inline constexpr std::size_t platform_count = 4;

struct Origin {
  Need cgroup_v2, cgroup_v1, podman, windows;
  /// The mount that also has the number, without a request to the engine: tree, proc or never.
  Need mount = Need::never;
  /// Why the number is an approximation, or what differs. Empty: it is exact.
  std::string_view note = {};

  [[nodiscard]] constexpr Need on(Platform platform) const {
    switch (platform) {
      case Platform::cgroup_v2: return cgroup_v2;
      case Platform::cgroup_v1: return cgroup_v1;
      case Platform::podman: return podman;
      case Platform::windows: return windows;
    }
    return Need::never;
  }
  [[nodiscard]] constexpr Origin with(std::string_view text) const {
    Origin copy = *this;
    copy.note = text;
    return copy;
  }
};

namespace origin {

// v2, v1, Podman, Windows, the mount that also has it
inline constexpr Origin known{Need::knowledge, Need::knowledge, Need::knowledge, Need::knowledge};
inline constexpr Origin known_on_linux{Need::knowledge, Need::knowledge, Need::knowledge, Need::never};
inline constexpr Origin zero_on_linux{Need::zero, Need::zero, Need::zero, Need::never};
inline constexpr Origin stats{Need::stats, Need::stats, Need::stats, Need::stats, Need::tree};
inline constexpr Origin stats_on_linux{Need::stats, Need::stats, Need::stats, Need::never, Need::tree};
inline constexpr Origin stats_on_docker{Need::stats, Need::stats, Need::tree, Need::never, Need::tree};
inline constexpr Origin stats_or_proc{Need::stats, Need::stats, Need::stats, Need::stats, Need::proc};
inline constexpr Origin stats_v2_zero_v1{Need::stats, Need::zero, Need::tree, Need::never, Need::tree};
inline constexpr Origin tree{Need::tree, Need::tree, Need::tree, Need::never, Need::tree};
inline constexpr Origin tree_v2_zero_v1{Need::tree, Need::zero, Need::tree, Need::never, Need::tree};
inline constexpr Origin tree_v2_only{Need::tree, Need::never, Need::tree, Need::never, Need::tree};
inline constexpr Origin tree_v1_zero_v2{Need::zero, Need::tree, Need::zero, Need::never, Need::tree};
inline constexpr Origin tree_v1_only{Need::never, Need::tree, Need::never, Need::never, Need::tree};
inline constexpr Origin stats_v1_zero_v2{Need::zero, Need::stats, Need::zero, Need::never, Need::tree};
inline constexpr Origin stats_v1_only{Need::never, Need::stats, Need::never, Need::never, Need::tree};
inline constexpr Origin stats_v1_tree_v2{Need::tree, Need::stats, Need::stats, Need::stats, Need::tree};
inline constexpr Origin peak{Need::tree, Need::stats, Need::tree, Need::stats, Need::tree};
inline constexpr Origin proc{Need::proc, Need::proc, Need::proc, Need::never, Need::proc};
inline constexpr Origin sizes{Need::sizes, Need::sizes, Need::sizes, Need::sizes};
inline constexpr Origin host{Need::host, Need::host, Need::host, Need::never};
inline constexpr Origin host_zero{Need::zero, Need::zero, Need::zero, Need::never};

}  // namespace origin

}  // namespace cspy::metrics
