// Fills in the counters of block devices, which arrive line by line. Pure.
#pragma once

#include <cstdint>

#include "metrics/sample.hpp"

namespace cspy::metrics {

/// The counters of the device. Adds a new device. Returns null if there are limits::devices_max devices already. Valid
/// until the next device is added.
[[nodiscard]] DeviceCounters* device_of(Sample& sample, std::uint32_t major, std::uint32_t minor);

}  // namespace cspy::metrics
