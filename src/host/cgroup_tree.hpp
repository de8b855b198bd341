// The host's cgroup tree, mounted read-only, of either version: where each cgroup is. CgroupReader reads the numbers.
//
// Paths are below the root and begin with a slash, "/docker/<id>", "/" for the root itself. They may come from an
// engine and are not trusted: one with an element "." or "..", with a zero byte or longer than
// limits::cgroup_path_bytes_max is one of a cgroup that is not there. Between two calls nothing is open but the roots
// of the hierarchies.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "host/cgroup_v1.hpp"
#include "host/count_files.hpp"
#include "host/kernel_files.hpp"

namespace cspy::host {

class CgroupTree {
 public:
  /// `root` is where the tree is mounted, /sys/fs/cgroup on the host itself; `proc` has meminfo and stat of the same
  /// machine. Errors, each with the remedy: missing; denied; invalid where it is no cgroup tree, or one that shows only
  /// our own container's part.
  [[nodiscard]] static Result<CgroupTree> open(const std::string& root, const std::string& proc = "/proc");

  /// Where both versions are mounted, as on Debian with version 1, the controllers are version 1's.
  [[nodiscard]] CgroupVersion version() const { return version_; }
  /// /proc of the same machine.
  [[nodiscard]] const Directory& proc() const { return proc_; }

  /// Whether there is such a cgroup (version 1: in the hierarchy of memory, cpuacct or cpu).
  [[nodiscard]] bool has(std::string_view path) const;
  /// The path of a container's cgroup that is not where it was expected: one whose last element contains `id`. (Not
  /// Podman's monitor of the container, whose cgroup has the id too.) nullopt where there is none among the first
  /// limits::cgroups_max.
  [[nodiscard]] std::optional<std::string> find(std::string_view id) const;
  /// All cgroups below the root, the first limits::cgroups_max, sorted; without systemd's of mounts, as in cAdvisor.
  [[nodiscard]] std::vector<std::string> paths() const;

  /// When the cgroup was made, as cAdvisor sees it: the earliest change of its directory or of a file in it that is
  /// rarely written, but not before the machine started. 0: it is not there.
  [[nodiscard]] UnixNanos created(std::string_view path) const;

  /// The directory of a cgroup in the hierarchy of a controller. Version 2 has one hierarchy, which stands for each.
  /// nullopt where there is no such cgroup.
  [[nodiscard]] std::optional<Directory> at(cgroup_v1::Controller controller, std::string_view path) const;
  /// The directory whose cgroup.procs counts: cAdvisor takes the one in the hierarchy of cpu.
  [[nodiscard]] std::optional<Directory> with_processes(std::string_view path) const;

 private:
  CgroupTree(Directory proc, std::string root) : proc_{std::move(proc)}, root_{std::move(root)} {}

  CgroupVersion version_ = CgroupVersion::v2;
  std::array<std::optional<Directory>, cgroup_v1::controller_count> hierarchies_;
  Directory proc_;
  std::string root_;
  UnixNanos booted_ = 0;
};

}  // namespace cspy::host
