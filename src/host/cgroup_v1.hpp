// The files of a cgroup of version 1 that contain more than counts (host/count_files has the others): parses their text
// to numbers as cAdvisor shows them. Pure. The kernel describes the files in Documentation/admin-guide/cgroup-v1/.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "metrics/container.hpp"
#include "metrics/sample_parts.hpp"

namespace cspy::host::cgroup_v1 {

/// Each controller is a hierarchy of its own, but several may be mounted as one.
enum class Controller : std::uint8_t { cpu, cpuacct, memory, blkio, pids, hugetlb, cpuset };
inline constexpr std::size_t controller_count = 7;

/// The possible names of a controller's mount, the usual name first. Systems that mount two controllers as one have
/// links, but a bind mount of the directory may lack them.
[[nodiscard]] std::span<const char* const> names_of(Controller controller);

/// The controller of a file, from the first word of its name. REQUIRES: a file name of version 1.
[[nodiscard]] Controller controller_of(std::string_view file);

/// A file that contains more than counts, and the parts of a sample that it has.
struct File {
  Controller controller;
  const char* name;
  metrics::SampleParts parts;
  /// Sets the values that the text has, and leaves the rest of the sample as it is.
  void (*parse)(std::string_view text, metrics::Sample& sample);
};
[[nodiscard]] std::span<const File> files();

/// Each scheduler of block devices counts in its own files. cAdvisor uses the first group whose first file lists a
/// device.
struct BlkioFile {
  const char* name;
  /// Adds the file's numbers. Returns whether it lists a device.
  bool (*parse)(std::string_view text, metrics::Sample& sample);
};
[[nodiscard]] std::span<const std::span<const BlkioFile>> blkio_groups();

/// A file with limits. A missing file changes nothing.
struct LimitFile {
  Controller controller;
  const char* name;
  void (*parse)(std::string_view text, metrics::Limits& limits);
};
/// By controller.
[[nodiscard]] std::span<const LimitFile> limit_files();

}  // namespace cspy::host::cgroup_v1
