// The machine as a reading: what the metrics of the group "machine" are made of. Pure.
#pragma once

#include "host/machine.hpp"
#include "metrics/reading.hpp"

namespace cspy::host {

/// A reading of the subject machine, whose id is "#machine", with cAdvisor's labels boot_id, machine_id and
/// system_uuid. It is to be measured (metrics/visit.hpp) before it is sent.
[[nodiscard]] metrics::Reading machine_reading(const Machine& machine);

}  // namespace cspy::host
