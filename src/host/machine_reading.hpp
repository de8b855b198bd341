// The machine as a reading, from which the metrics of the group "machine" are made. Pure.
#pragma once

#include "host/machine.hpp"
#include "metrics/reading.hpp"

namespace cspy::host {

/// A reading of the subject machine with the id "#machine" and cAdvisor's labels boot_id, machine_id and system_uuid.
/// It must be measured (metrics/visit.hpp) before it is sent.
[[nodiscard]] metrics::Reading machine_reading(const Machine& machine);

}  // namespace cspy::host
