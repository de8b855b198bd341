// The files of one cgroup of version 2, from text to numbers as cAdvisor shows them. Pure; the kernel's own description
// of the files is Documentation/admin-guide/cgroup-v2.rst.
#pragma once

#include <span>
#include <string_view>

#include "host/cgroup_wanted.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::host::cgroup_v2 {

/// A file, and whether it is worth reading: where one of its wanted members is set.
struct File {
  const char* name;
  bool CgroupWanted::* wanted;
  /// Sets what the text has and leaves the rest of the sample alone.
  void (*parse)(std::string_view text, metrics::Sample& sample);
  bool CgroupWanted::* wanted_too = wanted;
};
[[nodiscard]] std::span<const File> files();

/// After the files were read: what follows from them, and cAdvisor's zeros. `sample.memory_usage` must be absent where
/// the cgroup does not tell it: without a memory controller, nothing of memory is known.
void finish(const CgroupWanted& wanted, metrics::Sample& sample);

/// The root has neither usage nor swap of its own: what its processes and all others use together, and what of the
/// machine's swap is in use. Before finish().
void set_root_memory(std::uint64_t swap_used_bytes, metrics::Sample& sample);

/// Of hugetlb.SIZE.events: how often the limit was hit.
[[nodiscard]] Count parse_hugetlb_failures(std::string_view text);

/// A file of limits; each sets what it has. A file that is not there is parsed as an empty text, which means what
/// cAdvisor shows then: 0, or of memory.max that there are no limits of memory.
struct LimitFile {
  const char* name;
  void (*parse)(std::string_view text, metrics::Limits& limits);
};
[[nodiscard]] std::span<const LimitFile> limit_files();

}  // namespace cspy::host::cgroup_v2
