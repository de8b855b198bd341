// The files of a cgroup of version 2 that hold more than counts (host/count_files has those), from text to numbers as
// cAdvisor shows them. Pure. The kernel describes the files in Documentation/admin-guide/cgroup-v2.rst.
#pragma once

#include <span>
#include <string_view>

#include "base/count.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::host::cgroup_v2 {

/// io.stat: replaces the sample's devices. "254:0 rbytes=187872256 wbytes=0 rios=2216 wios=0 dbytes=0 dios=0" is one
/// device; cAdvisor does not show what is discarded. A device without numbers is not the cgroup's. Kernels before 5.14
/// write several of those into the line of the next device, so the last name in a line counts.
void parse_io_stat(std::string_view text, metrics::Sample& sample);

/// The root has no files of usage and swap. Sets the usage to what its memory.stat adds up to, and the swap to what the
/// machine uses. REQUIRES: memory.stat has been read; set_zeros() has not been called.
void set_root_memory(std::uint64_t swap_used_bytes, metrics::Sample& sample);

/// hugetlb.SIZE.events: how often the limit was hit.
[[nodiscard]] Count parse_hugetlb_failures(std::string_view text);

/// A file of limits; each sets what it has. A file that is not there is parsed as an empty text, which means what
/// cAdvisor shows then: 0, or of memory.max that there are no limits of memory.
struct LimitFile {
  const char* name;
  void (*parse)(std::string_view text, metrics::Limits& limits);
};
[[nodiscard]] std::span<const LimitFile> limit_files();

}  // namespace cspy::host::cgroup_v2
