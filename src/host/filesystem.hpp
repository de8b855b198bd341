// Which filesystem holds the engine's data (its DockerRootDir), and how large it is. Pure functions over the lines of
// /proc/PID/mountinfo, and thin readers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/kernel_files.hpp"
#include "metrics/sample.hpp"

namespace cspy::host {

/// One line of mountinfo (proc_pid_mountinfo(5)), with its escapes undone.
struct Mount {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::string root;    ///< what of the filesystem is mounted: "/", "/var/lib/docker/containers/0123/hostname"
  std::string point;   ///< where
  std::string type;    ///< "ext4"
  std::string source;  ///< "/dev/vda1"

  /// cAdvisor's value of the label "device": the source; "overlay_MAJOR-MINOR" of an overlay, which has none, and of a
  /// tmpfs the place where it is mounted.
  [[nodiscard]] std::string device() const;
  bool operator==(const Mount&) const = default;
};

[[nodiscard]] std::optional<Mount> parse_mount(std::string_view line);

/// Finds the mount that holds a path: the one with the longest mount point above it, of several at the same point the
/// last, which hides the others.
class MountAbove {
 public:
  /// `path` is absolute and has no links.
  explicit MountAbove(std::string path) : path_{std::move(path)} {}
  void line(std::string_view line);
  [[nodiscard]] const std::optional<Mount>& found() const { return found_; }

 private:
  std::string path_;
  std::optional<Mount> found_;
};

/// Finds, among the mounts inside a container, a file that the engine keeps in its data: /etc/hostname, /etc/hosts and
/// /etc/resolv.conf are mounts of what it has in DATA/containers/ID/.
class EngineFileMount {
 public:
  /// `data_root` is the engine's DockerRootDir.
  explicit EngineFileMount(std::string data_root) : data_root_{std::move(data_root)} {}
  void line(std::string_view line);
  [[nodiscard]] const std::optional<Mount>& found() const { return found_; }

 private:
  std::string data_root_;
  std::optional<Mount> found_;
};

/// The filesystem of the engine's data.
struct EngineFilesystem {
  Mount mount;
  std::string visible_at;  ///< a path of ours in it, for space_of(); empty where we see none
};

/// Looks for it in this order: the engine's data are here (on the host itself, or mounted at their own place); we are
/// in one of its containers; the host's /proc tells the mounts of its first process. `own_proc` is our own /proc.
[[nodiscard]] std::optional<EngineFilesystem> find_engine_filesystem(KernelFiles& files, const Directory& own_proc,
                                                                     const Directory* host_proc,
                                                                     const std::string& data_root);

struct Space {
  std::uint64_t total_bytes = 0;
  std::uint64_t inodes = 0;
  std::uint64_t inodes_free = 0;
};

/// Of the filesystem that holds the path; nullopt where it cannot be asked.
[[nodiscard]] std::optional<Space> space_of(const std::string& path);

/// Notes what a container shows of the filesystem that holds its layer, under cAdvisor's name of it: its size where
/// that is known, and the free inodes, which for a container are always 0 there.
void add_filesystem(metrics::Sample& sample, std::string_view device, const std::optional<Space>& space);

}  // namespace cspy::host
