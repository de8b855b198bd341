// Filling in the counters of block devices, whose numbers come line by line. Pure.
#pragma once

#include <cstdint>

#include "metrics/sample.hpp"

namespace cspy::metrics {

/// The device's counters, added where it is new; null where there are limits::devices_max already. Valid until the next
/// one is added.
[[nodiscard]] DeviceCounters* device_of(Sample& sample, std::uint32_t major, std::uint32_t minor);

}  // namespace cspy::metrics
