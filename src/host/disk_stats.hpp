// What /proc/diskstats says of whole devices and partitions, for everybody who uses them together. Pure but for the
// reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "host/kernel_files.hpp"
#include "metrics/sample.hpp"

namespace cspy::host {

/// One line, with "/dev/NAME" as the device; nullopt where it has fewer than the eleven numbers that all kernels give.
/// Times are in true nanoseconds; cAdvisor's are 10^6 times too small.
[[nodiscard]] std::optional<metrics::DeviceCounters> parse_disk_line(std::string_view line);

/// The counters of one device. `proc` may be any /proc: devices have no namespace.
[[nodiscard]] std::optional<metrics::DeviceCounters> read_disk(KernelFiles& files, const Directory& proc,
                                                               std::uint32_t major, std::uint32_t minor);

/// Gives the sample what only the device as a whole counts, under its `device`, as cAdvisor does for the device that
/// holds a container's layer (under the name that its filesystem was mounted by: set it first). What the container has
/// of that device itself stays; bytes, reads and writes are never the whole device's.
void add_whole_device(metrics::Sample& sample, const metrics::DeviceCounters& device);

}  // namespace cspy::host
