// The host's cgroup tree, mounted read-only: what the kernel counts of each cgroup, of either version.
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
#include "host/cgroup_wanted.hpp"
#include "host/kernel_files.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::host {

class CgroupTree {
 public:
  /// `root` is where the tree is mounted, /sys/fs/cgroup on the host itself; `proc` has meminfo and stat of the same
  /// machine. Errors, each with the remedy: missing; denied; invalid where it is no cgroup tree, or one that shows only
  /// our own container's part.
  [[nodiscard]] static Result<CgroupTree> open(const std::string& root, const std::string& proc = "/proc");

  /// 1 or 2. Where both are mounted, as on Debian with version 1, the controllers are version 1's.
  [[nodiscard]] unsigned version() const { return version_; }

  /// Whether there is such a cgroup (version 1: in the hierarchy of memory, cpuacct or cpu).
  [[nodiscard]] bool has(std::string_view path) const;
  /// The path of a container's cgroup that is not where it was expected: one whose last element contains `id`. (Not
  /// Podman's monitor of the container, whose cgroup has the id too.) nullopt where there is none among the first
  /// limits::cgroups_max.
  [[nodiscard]] std::optional<std::string> find(std::string_view id) const;
  /// All cgroups below the root, the first limits::cgroups_max, sorted; without systemd's of mounts, as in cAdvisor.
  [[nodiscard]] std::vector<std::string> paths() const;

  /// Sets what the cgroup's files say of what is wanted, and leaves the rest of the sample alone; its devices, where
  /// they are wanted, are replaced, in the kernel's order and without names. false: the cgroup is not there.
  bool read(std::string_view path, const CgroupWanted& wanted, metrics::Sample& sample);
  /// The same with the limits, as the kernel has them and cAdvisor shows them. Those of the root are the machine's
  /// size.
  bool read_limits(std::string_view path, metrics::Limits& limits);

  /// When the cgroup was made, as cAdvisor sees it: the earliest change of its directory or of a file in it that is
  /// rarely written, but not before the machine started. 0: it is not there.
  [[nodiscard]] UnixNanos created(std::string_view path) const;
  /// The cgroup's own processes, the first limits::cgroup_processes_max. Without those that have no number in our PID
  /// namespace.
  [[nodiscard]] std::vector<std::uint32_t> processes(std::string_view path);

 private:
  CgroupTree(Directory proc, std::string root) : proc_{std::move(proc)}, root_{std::move(root)} {}

  /// Of the cgroup in a hierarchy. Version 2 has one, which stands for each.
  [[nodiscard]] std::optional<Directory> at(cgroup_v1::Controller controller, std::string_view path) const;
  /// Where the processes are counted: cAdvisor does it in the hierarchy of cpu.
  [[nodiscard]] std::optional<Directory> with_processes(std::string_view path) const;
  void read_version_2(const Directory& cgroup, bool is_root, const CgroupWanted& wanted, metrics::Sample& sample);
  bool read_version_1(std::string_view path, const CgroupWanted& wanted, metrics::Sample& sample);
  void read_block_devices(std::string_view path, metrics::Sample& sample);
  void read_huge_pages(const Directory& cgroup, metrics::Sample& sample);
  void read_process_count(std::string_view path, metrics::Sample& sample);

  unsigned version_ = 0;
  std::array<std::optional<Directory>, cgroup_v1::controller_count> hierarchies_;
  Directory proc_;
  std::string root_;
  UnixNanos booted_ = 0;
  KernelFiles files_;
  std::vector<std::string> huge_page_sizes_;  ///< "2MB"; empty until a cgroup has shown them
};

}  // namespace cspy::host
