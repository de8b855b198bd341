// The lines of /proc/PID/mountinfo. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cspy::host {

/// One line of mountinfo (proc_pid_mountinfo(5)), with its escapes decoded.
struct Mount {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::string root;    ///< the mounted part: "/", "/var/lib/docker/containers/0123/hostname"
  std::string point;   ///< where it is mounted
  std::string type;    ///< "ext4"
  std::string source;  ///< "/dev/vda1"

  /// cAdvisor's value for the label "device": the source. An overlay has no source and is "overlay_MAJOR-MINOR". For a
  /// tmpfs it is the mount point.
  [[nodiscard]] std::string device() const;
  bool operator==(const Mount&) const = default;
};

[[nodiscard]] std::optional<Mount> parse_mount(std::string_view line);

}  // namespace cspy::host
