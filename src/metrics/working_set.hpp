// The working set, which every source of memory numbers calculates in the same way. Pure.
#pragma once

#include <algorithm>
#include <array>

#include "metrics/sample.hpp"

namespace cspy::metrics {

inline constexpr std::array working_set_inputs{&Sample::memory_usage, &Sample::memory_inactive_file};

/// Usage minus the inactive file cache, as in cAdvisor. Does nothing if one of the two is absent.
inline void set_working_set(Sample& sample) {
  if (!sample.memory_usage || !sample.memory_inactive_file) return;
  const auto usage = *sample.memory_usage;
  sample.memory_working_set = usage - std::min(usage, *sample.memory_inactive_file);
}

}  // namespace cspy::metrics
