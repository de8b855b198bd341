// The files of a cgroup that hold counts of a sample, grouped from metrics/sample_counts.def: which file has which
// counts, and how to read it. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "metrics/sample_parts.hpp"

namespace cspy::host {

enum class CgroupVersion : std::uint8_t { v1, v2 };

struct CountFile {
  const char* name;
  std::uint64_t counts;                ///< as SampleParts::counts: those that the file has
  std::span<const std::uint8_t> rows;  ///< the same as indices into metrics::sample_counts

  /// Sets the counts that the text has, and leaves the others as they are.
  void parse(std::string_view text, metrics::Sample& sample) const;

  CgroupVersion version;
};

/// Sorted by name, so that the files of one controller of version 1 stand together.
[[nodiscard]] std::span<const CountFile> count_files(CgroupVersion version);

/// The counts that are read from a file of the memory controller, or are 0 where it is there.
[[nodiscard]] std::uint64_t memory_counts(CgroupVersion version);

/// After the files were read: sets the wanted counts that are 0 in cAdvisor where, or although, a file has them not.
/// `sample.memory_usage` must be absent where the cgroup has no memory controller.
void set_zeros(CgroupVersion version, std::uint64_t wanted, metrics::Sample& sample);

}  // namespace cspy::host
