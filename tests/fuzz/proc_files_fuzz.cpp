// Other files of /proc; the first byte says which.
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "host/cpu_info.hpp"
#include "host/disk_stats.hpp"
#include "host/filesystem.hpp"
#include "host/machine.hpp"
#include "host/mount.hpp"
#include "host/proc_tasks.hpp"
#include "host/words.hpp"
#include "tests/fuzz/input.hpp"

namespace {

namespace host = cspy::host;

void mounts(std::string_view text) {
  host::MountAbove above{"/var/lib/docker"};
  host::EngineFileMount file{"/var/lib/docker"};
  host::for_each_line(text, [&](std::string_view line) {
    above.line(line);
    file.line(line);
    const auto mount = host::parse_mount(line);
    if (!mount) return;
    const auto device = mount->device();
    must(cspy::valid_utf8_prefix(device) == device.size());
    must(mount->point.starts_with('/'));
  });
  if (above.found()) must(std::string_view{"/var/lib/docker"}.starts_with(above.found()->point));
}

void disks(std::string_view text) {
  cspy::metrics::Sample sample;
  host::for_each_line(text, [&](std::string_view line) {
    if (const auto disk = host::parse_disk_line(line)) host::add_whole_device(sample, *disk);
  });
  const auto& devices = sample.devices;
  must(devices.size() <= cspy::limits::devices_max);
  for (std::size_t i = 1; i < devices.size(); ++i)
    must(devices[i - 1].device < devices[i].device);
}

void cpus(std::string_view text) {
  host::CpuInfo info;
  host::for_each_line(text, [&](std::string_view line) { info.line(line); });
  must(info.cores().value_or(0) <= cspy::limits::cpus_max);
  const auto list = host::parse_cpu_list(text);
  must(!list || (!list->empty() && list->size() <= cspy::limits::cpus_max));
  (void)host::meminfo_bytes(text, "MemTotal");
  const auto name = host::os_pretty_name(text);
  must(cspy::valid_utf8_prefix(name) == name.size());
}

void tasks(std::string_view text) {
  (void)host::open_files_soft(text);
  (void)host::parse_schedstat(text);
  const auto path = host::cgroup_path(text);
  must(!path || path->starts_with('/'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = text_of(data, size).substr(1);
  switch (data[0]) {
    case 'm': mounts(text); break;
    case 'd': disks(text); break;
    case 'c': cpus(text); break;
    default: tasks(text); break;
  }
  return 0;
}
