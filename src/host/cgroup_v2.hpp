// The files of a cgroup of version 2 that contain more than counts (host/count_files has the others): parses their text
// to numbers as cAdvisor shows them. Pure. The kernel describes the files in Documentation/admin-guide/cgroup-v2.rst.
#pragma once

#include <span>
#include <string_view>

#include "base/count.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::host::cgroup_v2 {

/// io.stat: replaces the sample's devices. "254:0 rbytes=187872256 wbytes=0 rios=2216 wios=0 dbytes=0 dios=0" is one
/// device. cAdvisor does not show discards. A device without numbers does not belong to the cgroup. Kernels before 5.14
/// write such devices into the line of the next device, so the last name in a line counts.
void parse_io_stat(std::string_view text, metrics::Sample& sample);

/// The root has no files for usage and swap. Sets the usage to the sum from its memory.stat, and the swap to the
/// machine's used swap. REQUIRES: memory.stat has been read, and set_zeros() has not been called.
void set_root_memory(std::uint64_t swap_used_bytes, metrics::Sample& sample);

/// hugetlb.SIZE.events: how often the cgroup hit the limit.
[[nodiscard]] Count parse_hugetlb_failures(std::string_view text);

/// A file with limits. A missing file is parsed as an empty text, which gives what cAdvisor shows then: 0, or no memory
/// limits if memory.max is missing.
struct LimitFile {
  const char* name;
  void (*parse)(std::string_view text, metrics::Limits& limits);
};
[[nodiscard]] std::span<const LimitFile> limit_files();

}  // namespace cspy::host::cgroup_v2
