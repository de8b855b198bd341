// The numbers of /proc/diskstats about whole devices and partitions, added up over all their users. Pure except for the
// reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "host/kernel_files.hpp"
#include "metrics/sample.hpp"

namespace cspy::host {

/// One line, with "/dev/NAME" as the device. nullopt if it has fewer than the eleven numbers that all kernels write.
/// Times are real nanoseconds; cAdvisor's are 10^6 times too small.
[[nodiscard]] std::optional<metrics::DeviceCounters> parse_disk_line(std::string_view line);

/// The counters of one device. `proc` may be any /proc: devices have no namespace.
[[nodiscard]] std::optional<metrics::DeviceCounters> read_disk(KernelFiles& files, const Directory& proc,
                                                               std::uint32_t major, std::uint32_t minor);

/// Adds the numbers that only the whole device counts to the sample, under its name `device`. cAdvisor does the same
/// for the device with the container's layer (its name is that of the mounted filesystem: set it first). The
/// container's own numbers for that device stay. Bytes, reads and writes are never the whole device's.
void add_whole_device(metrics::Sample& sample, const metrics::DeviceCounters& device);

}  // namespace cspy::host
