// Which filesystem holds the engine's data (its DockerRootDir), and its size. Pure functions over the lines of
// /proc/PID/mountinfo, and thin readers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/kernel_files.hpp"
#include "host/mount.hpp"
#include "metrics/sample.hpp"

namespace cspy::host {

/// Finds the mount that contains a path: the one with the longest mount point above it. If several have the same mount
/// point, the last one counts because it hides the others.
class MountAbove {
 public:
  /// `path` is absolute and contains no links.
  explicit MountAbove(std::string path) : path_{std::move(path)} {}
  void line(std::string_view line);
  [[nodiscard]] const std::optional<Mount>& found() const { return found_; }

 private:
  std::string path_;
  std::optional<Mount> found_;
};

/// Finds a file of the engine's data among the mounts in a container: /etc/hostname, /etc/hosts and /etc/resolv.conf
/// are mounts of files in DATA/containers/ID/.
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
  std::string visible_at;  ///< one of our paths in it, for space_of(); empty if we see none
};

/// Looks in this order: at the data root itself (on the host, or mounted at its own place); at the mounts of our own
/// container, if this engine runs it; at the mounts of the first process in the host's /proc. `own_proc` is our own
/// /proc.
[[nodiscard]] std::optional<EngineFilesystem> find_engine_filesystem(KernelFiles& files, const Directory& own_proc,
                                                                     const Directory* host_proc,
                                                                     const std::string& data_root);

struct Space {
  std::uint64_t total_bytes = 0;
  std::uint64_t inodes = 0;
  std::uint64_t inodes_free = 0;
};

/// The space of the filesystem that contains the path. nullopt if the system does not report it.
[[nodiscard]] std::optional<Space> space_of(const std::string& path);

/// Adds a container's numbers about the filesystem that holds its layer, under cAdvisor's name for it: its size if
/// known, and the free inodes, which cAdvisor always shows as 0 for a container.
void add_filesystem(metrics::Sample& sample, std::string_view device, const std::optional<Space>& space);

}  // namespace cspy::host
