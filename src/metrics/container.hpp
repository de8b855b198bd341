// One run of one container: what stays true from its start until it ends or is changed.
#pragma once

#include <cstdint>
#include <string>

#include "base/count.hpp"
#include "base/time.hpp"
#include "metrics/labels.hpp"

namespace cspy::metrics {

/// What the container was given, in the kernel's units.
struct Limits {
  Count memory_bytes;              ///< 0: unlimited; absent where the machine has no memory controller
  Count cpu_period_us;             ///< absent where the engine does not tell
  std::uint64_t cpu_quota_us = 0;  ///< 0: none
  Count cpu_shares;                ///< as cAdvisor shows them: on cgroup v2 computed back from the weight
};

/// Immutable once it is in the fleet; a change (rename, new limits, a new run) makes another one. Rounds that wait to
/// be sent keep the one they were read with.
struct Container {
  std::string id;    ///< 64 hex digits
  std::string name;  ///< without the leading slash, for the log
  LabelSet labels;
  UnixNanos created = 0;
  UnixNanos started = 0;  ///< 0: the engine does not know
  Limits limits;
};

}  // namespace cspy::metrics
