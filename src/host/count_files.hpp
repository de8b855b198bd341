// The files of a cgroup that contain counts of a sample, grouped from metrics/sample_counts.def: which file has which
// counts, and how to parse it. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "metrics/sample_parts.hpp"

namespace cspy::host {

enum class CgroupVersion : std::uint8_t { v1, v2 };

struct CountFile {
  const char* name;
  std::uint64_t counts;                ///< as in SampleParts::counts: the counts in the file
  std::span<const std::uint8_t> rows;  ///< the same counts as indices into metrics::sample_counts

  /// Sets the counts that the text has, and leaves the others as they are.
  void parse(std::string_view text, metrics::Sample& sample) const;

  CgroupVersion version;
};

/// Sorted by name, so that the files of one controller of version 1 follow one another.
[[nodiscard]] std::span<const CountFile> count_files(CgroupVersion version);

/// The counts that come from a file of the memory controller, or are 0 if the controller exists.
[[nodiscard]] std::uint64_t memory_counts(CgroupVersion version);

/// Call it after reading the files. Sets the wanted counts that cAdvisor shows as 0, either always or if no file has
/// them. REQUIRES: `sample.memory_usage` is absent if the cgroup has no memory controller.
void set_zeros(CgroupVersion version, std::uint64_t wanted, metrics::Sample& sample);

}  // namespace cspy::host
