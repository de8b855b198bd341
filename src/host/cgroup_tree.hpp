// The host's cgroup tree of either version, mounted read-only. Finds cgroups; CgroupReader reads their numbers.
//
// Paths are relative to the root and start with a slash: "/docker/<id>", or "/" for the root itself. They may come from
// an engine and are not trusted. A path with an element "." or "..", with a zero byte, or longer than
// limits::cgroup_path_bytes_max counts as a cgroup that does not exist. Between two calls only the roots of the
// hierarchies are open.
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
  /// `root` is the place where the tree is mounted, /sys/fs/cgroup on the host itself. `proc` has meminfo and stat of
  /// the same machine. It may be a part of the machine's tree, as a cgroup namespace shows it. Errors, each with a
  /// remedy: missing; denied; invalid if it is not a cgroup tree.
  [[nodiscard]] static Result<CgroupTree> open(const std::string& root, const std::string& proc = "/proc");

  /// If both versions are mounted, as on Debian with version 1, the controllers belong to version 1.
  [[nodiscard]] CgroupVersion version() const { return version_; }
  /// Whether its root is the machine's. The root of a part is a cgroup like the others: that of a container, of a
  /// system container, or of an engine in a container.
  [[nodiscard]] bool is_whole() const { return whole_; }
  /// /proc of the same machine.
  [[nodiscard]] const Directory& proc() const { return proc_; }

  /// Whether the cgroup exists (version 1: in the hierarchy of memory, cpuacct or cpu).
  [[nodiscard]] bool has(std::string_view path) const;
  /// Whether the cgroup certainly does not exist. false if that is not known, because it cannot be opened.
  [[nodiscard]] bool lacks(std::string_view path) const;
  /// Searches for a container's cgroup that is not at its expected path: one whose last element contains `id`. (Ignores
  /// the cgroup of Podman's monitor process, which contains the id too.) nullopt if the first limits::cgroups_max
  /// cgroups do not have it.
  [[nodiscard]] std::optional<std::string> find(std::string_view id) const;
  /// The paths of all cgroups below the root, the first limits::cgroups_max, sorted. Leaves out systemd's mount units,
  /// as cAdvisor does. nullopt if they cannot all be listed: a cgroup that is missing would look like one that is gone.
  [[nodiscard]] std::optional<std::vector<std::string>> paths() const;

  /// When the cgroup was created, as cAdvisor sees it: the earliest change of its directory or of a rarely written file
  /// in it, but not before the machine started. 0: the cgroup does not exist.
  [[nodiscard]] UnixNanos created(std::string_view path) const;

  /// The directory of a cgroup in the hierarchy of a controller. Version 2 has one hierarchy for all controllers.
  /// nullopt if the cgroup does not exist.
  [[nodiscard]] std::optional<Directory> at(cgroup_v1::Controller controller, std::string_view path) const;
  /// The directory whose cgroup.procs counts. cAdvisor uses the one in the cpu hierarchy.
  [[nodiscard]] std::optional<Directory> with_processes(std::string_view path) const;

 private:
  CgroupTree(Directory proc, std::string root) : proc_{std::move(proc)}, root_{std::move(root)} {}

  CgroupVersion version_ = CgroupVersion::v2;
  bool whole_ = true;
  std::array<std::optional<Directory>, cgroup_v1::controller_count> hierarchies_;
  Directory proc_;
  std::string root_;
  UnixNanos booted_ = 0;
};

}  // namespace cspy::host
