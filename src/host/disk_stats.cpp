#include "host/disk_stats.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "host/words.hpp"

namespace cspy::host {
namespace {

using metrics::DeviceCounters;

constexpr std::uint64_t ns_per_ms = 1'000'000;

struct Column {
  Count DeviceCounters::* member;
  std::uint64_t factor = 1;
};
/// In the order of the kernel's Documentation/admin-guide/iostats.rst. Newer kernels append more columns.
constexpr std::array columns{
    Column{&DeviceCounters::reads},
    Column{&DeviceCounters::reads_merged},
    Column{&DeviceCounters::sectors_read},
    Column{&DeviceCounters::read_ns, ns_per_ms},
    Column{&DeviceCounters::writes},
    Column{&DeviceCounters::writes_merged},
    Column{&DeviceCounters::sectors_written},
    Column{&DeviceCounters::write_ns, ns_per_ms},
    Column{&DeviceCounters::io_current},
    Column{&DeviceCounters::io_ns, ns_per_ms},
    Column{&DeviceCounters::weighted_ns, ns_per_ms},
};

bool is_operations(Count DeviceCounters::* member) {
  return member == &DeviceCounters::reads || member == &DeviceCounters::writes;
}

}  // namespace

std::optional<DeviceCounters> parse_disk_line(std::string_view line) {
  Words words{line};
  const auto major = to_number<std::uint32_t>(words.next());
  const auto minor = to_number<std::uint32_t>(words.next());
  const auto name = words.next();
  if (!major || !minor || name.empty()) return std::nullopt;
  DeviceCounters device;
  device.major = *major;
  device.minor = *minor;
  device.device = "/dev/" + repair_utf8(name, limits::label_value_bytes_max);
  for (const auto& [member, factor] : columns) {
    const auto number = to_number(words.next());
    if (!number) return std::nullopt;
    device.*member = *number * factor;
  }
  return device;
}

std::optional<DeviceCounters> read_disk(KernelFiles& files, const Directory& proc, std::uint32_t major,
                                        std::uint32_t minor) {
  std::optional<DeviceCounters> found;
  files.each_line(proc, "diskstats", [&](std::string_view line) {
    auto device = parse_disk_line(line);
    if (device && device->major == major && device->minor == minor) found = std::move(device);
    return !found;
  });
  return found;
}

void add_whole_device(metrics::Sample& sample, const DeviceCounters& device) {
  const auto order = [](const DeviceCounters& d) { return std::tie(d.device, d.major, d.minor); };
  auto& devices = sample.devices;
  auto place = std::ranges::find(devices, device.device, &DeviceCounters::device);
  if (place == devices.end()) {
    if (devices.size() >= limits::devices_max) return;
    DeviceCounters fresh;
    fresh.major = device.major;
    fresh.minor = device.minor;
    fresh.device = device.device;
    place = devices.insert(std::ranges::lower_bound(devices, order(fresh), {}, order), fresh);
  }
  for (const auto& [member, factor] : columns) {
    if (!is_operations(member) && !((*place).*member)) (*place).*member = device.*member;
  }
}

}  // namespace cspy::host
