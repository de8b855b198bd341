// The working set, which is calculated wherever memory is read from. Pure.
#pragma once

#include <algorithm>

#include "metrics/sample.hpp"

namespace cspy::metrics {

/// Usage without what could be dropped at once, as cAdvisor counts; nothing where one of the two is not known.
inline void set_working_set(Sample& sample) {
  if (!sample.memory_usage || !sample.memory_inactive_file) return;
  const auto usage = *sample.memory_usage;
  sample.memory_working_set = usage - std::min(usage, *sample.memory_inactive_file);
}

}  // namespace cspy::metrics
