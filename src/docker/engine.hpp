// What an engine reports about itself, and how to talk to it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "metrics/origin.hpp"

namespace cspy::docker {

/// "1.44" as two numbers that compare: major and minor.
struct ApiVersion {
  unsigned major = 0;
  unsigned minor = 0;
  auto operator<=>(const ApiVersion&) const = default;
  [[nodiscard]] std::string text() const;
};

/// "1.44"; nullopt for anything else.
[[nodiscard]] std::optional<ApiVersion> parse_api_version(std::string_view text);

/// The leading "24.0.7" of a version such as "24.0.7+dfsg1-1". Missing parts are 0.
[[nodiscard]] std::array<unsigned, 3> release_numbers(std::string_view version);

enum class CgroupDriver : std::uint8_t { systemd, cgroupfs, none };

struct Engine {
  std::string version;  ///< "28.5.2"
  ApiVersion api_max{};
  ApiVersion api_min{};
  bool podman = false;
  std::string runc_version;  ///< "1.3.6"; empty if the engine does not report the version of its runtime

  // From /info. If the engine refuses /info, the defaults fit most installations.
  bool info_known = false;
  bool info_refused = false;   ///< by a socket proxy, or because the engine has none
  std::string name;            ///< the host's name
  std::string kernel_version;  ///< "6.1.0-56-amd64"
  std::uint64_t memory_bytes = 0;
  CgroupDriver cgroup_driver = CgroupDriver::systemd;
  unsigned cgroup_version = 2;
  bool memory_limits = true;  ///< the kernel has the memory controller
  bool swap_limits = true;    ///< the kernel counts swap
  bool windows = false;
  std::string operating_system;  ///< "Debian GNU/Linux 12 (bookworm)"
  std::string storage_driver;    ///< "overlay2"
  std::string data_root;         ///< "/var/lib/docker"
  std::uint64_t cpus = 0;        ///< that the engine's process may use; 0: not reported
  bool rootless = false;

  /// Owner of the engine's socket. The containers of a rootless engine are in this user's slice. Absent for TCP.
  std::optional<std::uint32_t> socket_owner;

  /// The API version for paths: the engine's newest, but not above the newest we know and not below the oldest it
  /// accepts.
  [[nodiscard]] ApiVersion api() const;
  /// Whether one-shot stats wait for a collector that samples once a second: before 23.0.8, 24.0.7 and 25.0, and on
  /// engines without one-shot stats (API below 1.41).
  [[nodiscard]] bool slow_stats() const;
  [[nodiscard]] metrics::Platform platform() const;
};

/// Applies the headers of /_ping: `server` is "Docker/28.5.2 (linux)" or "(windows)", `api_version` "1.51".
void apply_ping(Engine& engine, std::string_view server, std::string_view api_version);
/// Applies the body of /version.
[[nodiscard]] Result<void> apply_version(Engine& engine, std::string_view body);
/// Applies the body of /info.
[[nodiscard]] Result<void> apply_info(Engine& engine, std::string_view body);

}  // namespace cspy::docker
