// The files of one cgroup of version 1, from text to numbers as cAdvisor shows them. Pure; the kernel's own description
// of the files is Documentation/admin-guide/cgroup-v1/.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "host/cgroup_wanted.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::host::cgroup_v1 {

/// Each is a hierarchy of its own, though several may be mounted as one.
enum class Controller : std::uint8_t { cpu, cpuacct, memory, blkio, pids, hugetlb, cpuset };
inline constexpr std::size_t controller_count = 7;

/// The names under which a controller's hierarchy may be mounted, the usual first: systems that mount two as one have
/// links, but a bind mount of the directory may have come without them.
[[nodiscard]] std::span<const char* const> names_of(Controller controller);

/// A file, and whether it is worth reading: where one of its wanted members is set.
struct File {
  Controller controller;
  const char* name;
  bool CgroupWanted::* wanted;
  /// Sets what the text has and leaves the rest of the sample alone.
  void (*parse)(std::string_view text, metrics::Sample& sample);
  bool CgroupWanted::* wanted_too = wanted;
};
/// By controller.
[[nodiscard]] std::span<const File> files();

/// What the schedulers of block devices count, each in files of its own. cAdvisor takes those of the first whose first
/// file tells of a device.
struct BlkioFile {
  const char* name;
  /// Adds the file's numbers; whether it has a device.
  bool (*parse)(std::string_view text, metrics::Sample& sample);
};
[[nodiscard]] std::span<const std::span<const BlkioFile>> blkio_groups();

/// After the files were read: what follows from them, and cAdvisor's zeros. `sample.memory_usage` must be absent where
/// the cgroup does not tell it.
void finish(const CgroupWanted& wanted, metrics::Sample& sample);

/// A file of limits; a file that is not there changes nothing.
struct LimitFile {
  Controller controller;
  const char* name;
  void (*parse)(std::string_view text, metrics::Limits& limits);
};
/// By controller.
[[nodiscard]] std::span<const LimitFile> limit_files();

}  // namespace cspy::host::cgroup_v1
