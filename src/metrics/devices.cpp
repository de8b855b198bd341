#include "metrics/devices.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace cspy::metrics {

DeviceCounters* device_of(Sample& sample, std::uint32_t major, std::uint32_t minor) {
  auto& devices = sample.devices;
  // The lines of a device follow one another.
  const auto known = std::ranges::find_if(devices.rbegin(), devices.rend(),
                                          [&](const auto& d) { return d.major == major && d.minor == minor; });
  if (known != devices.rend()) return &*known;
  if (devices.size() >= limits::devices_max) return nullptr;
  auto& added = devices.emplace_back();
  added.major = major;
  added.minor = minor;
  return &added;
}

}  // namespace cspy::metrics
