// Reads the numbers of one cgroup at a time, as cAdvisor shows them. Opens only files with wanted numbers, and keeps no
// file open between two calls.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/cgroup_tree.hpp"
#include "host/kernel_files.hpp"
#include "metrics/container.hpp"
#include "metrics/sample_parts.hpp"

namespace cspy::host {

class CgroupReader {
 public:
  explicit CgroupReader(CgroupTree tree) : tree_{std::move(tree)} {}

  [[nodiscard]] const CgroupTree& tree() const { return tree_; }

  /// Sets the wanted parts that the cgroup's files have, and leaves the rest of the sample as it is. Adds the wanted
  /// parts that cannot be read to `sample.missed`. Replaces the devices if they are wanted, in the kernel's order and
  /// without names. false: the cgroup does not exist, or cannot be opened.
  bool read(std::string_view path, const metrics::SampleParts& wanted, metrics::Sample& sample);
  /// Sets the limits that the kernel has, as cAdvisor shows them. A limit that cannot be read stays as it is. The
  /// limits of the machine's root are its size. false: the cgroup does not exist.
  bool read_limits(std::string_view path, metrics::Limits& limits);
  /// The processes of the cgroup itself, at most limits::cgroup_processes_max, without processes that have no number in
  /// our PID namespace.
  [[nodiscard]] std::vector<std::uint32_t> processes(std::string_view path);

 private:
  [[nodiscard]] std::uint64_t counts_to_read(std::uint64_t wanted) const;
  void complete_counts(std::uint64_t wanted, metrics::Sample& sample) const;
  void read_version_2(const Directory& cgroup, bool is_root, const metrics::SampleParts& wanted,
                      metrics::Sample& sample);
  [[nodiscard]] std::optional<Directory> open(cgroup_v1::Controller controller, std::string_view path,
                                              bool& unopened) const;
  bool read_version_1(std::string_view path, const metrics::SampleParts& wanted, metrics::Sample& sample);
  void read_block_devices(std::string_view path, metrics::Sample& sample);
  void read_huge_pages(const Directory& cgroup, metrics::Sample& sample);
  void read_process_count(std::string_view path, metrics::Sample& sample);

  CgroupTree tree_;
  KernelFiles files_;
  std::vector<std::string> huge_page_sizes_;  ///< "2MB"; empty until the first cgroup that has some
};

}  // namespace cspy::host
