// The files of a cgroup of version 1 that hold more than counts (host/count_files has those), from text to numbers as
// cAdvisor shows them. Pure. The kernel describes the files in Documentation/admin-guide/cgroup-v1/.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "metrics/container.hpp"
#include "metrics/sample_parts.hpp"

namespace cspy::host::cgroup_v1 {

/// Each is a hierarchy of its own, though several may be mounted as one.
enum class Controller : std::uint8_t { cpu, cpuacct, memory, blkio, pids, hugetlb, cpuset };
inline constexpr std::size_t controller_count = 7;

/// The names under which a controller's hierarchy may be mounted, the usual first: systems that mount two as one have
/// links, but a bind mount of the directory may have come without them.
[[nodiscard]] std::span<const char* const> names_of(Controller controller);

/// The controller of a file, by the first word of its name. REQUIRES: the name of a file of version 1.
[[nodiscard]] Controller controller_of(std::string_view file);

/// A file that holds more than counts, and whether it is worth reading.
struct File {
  Controller controller;
  const char* name;
  bool (*is_wanted)(const metrics::SampleParts& parts);
  /// Sets what the text has and leaves the rest of the sample alone.
  void (*parse)(std::string_view text, metrics::Sample& sample);
};
[[nodiscard]] std::span<const File> files();

/// The schedulers of block devices count in files of their own. cAdvisor takes the first group whose first file lists a
/// device.
struct BlkioFile {
  const char* name;
  /// Adds the file's numbers. Returns whether it lists a device.
  bool (*parse)(std::string_view text, metrics::Sample& sample);
};
[[nodiscard]] std::span<const std::span<const BlkioFile>> blkio_groups();

/// A file of limits; a file that is not there changes nothing.
struct LimitFile {
  Controller controller;
  const char* name;
  void (*parse)(std::string_view text, metrics::Limits& limits);
};
/// By controller.
[[nodiscard]] std::span<const LimitFile> limit_files();

}  // namespace cspy::host::cgroup_v1
