#include "host/machine.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <array>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "host/cpu_info.hpp"
#include "host/words.hpp"

namespace cspy::host {
namespace {

std::string read_text(const std::string& path) {
  return read_file(path, limits::kernel_file_bytes_max).value_or(std::string{});
}

/// One id from a file with nothing else. In a device tree a zero byte ends it.
std::string read_id(const std::string& path) {
  constexpr std::size_t id_bytes_max = 128;
  const auto text = read_text(path);
  return repair_utf8(trimmed(std::string_view{text}.substr(0, text.find('\0'))), id_bytes_max);
}

/// The id in the first file that has one.
std::string first_id(std::span<const std::string> paths) {
  for (const auto& path : paths) {
    if (auto id = read_id(path); !id.empty()) return id;
  }
  return {};
}

void read_memory(Machine& machine, const std::string& proc) {
  const auto meminfo = read_text(proc + "/meminfo");
  machine.memory_bytes = meminfo_bytes(meminfo, "MemTotal").value_or(0);
  machine.swap_bytes = meminfo_bytes(meminfo, "SwapTotal");
}

/// The number of different pairs of the CPUs' property and socket. cAdvisor uses this rule if /proc/cpuinfo has no such
/// information. A CPU without the property counts as 0.
std::uint64_t distinct(const std::string& cpu_folder, std::span<const std::uint32_t> cpus, std::string_view property) {
  std::set<std::pair<std::string, std::string>> values;
  const auto value_of = [&](std::uint32_t cpu, std::string_view name) {
    auto text = read_id(fmt::format("{}/cpu{}/topology/{}", cpu_folder, cpu, name));
    return text.empty() ? "0" : text;
  };
  for (const auto cpu : cpus)
    values.emplace(value_of(cpu, property), value_of(cpu, "physical_package_id"));
  return values.size();
}

void read_cpus(Machine& machine, const MachinePaths& paths) {
  CpuInfo info;
  if (const auto proc = Directory::open(paths.proc.c_str())) {
    KernelFiles{}.each_line(*proc, "cpuinfo", [&](std::string_view line) {
      info.line(line);
      return true;
    });
  }
  const auto folder = paths.sys + "/devices/system/cpu";
  const auto online = parse_cpu_list(read_text(folder + "/online"));
  machine.cpus = online ? Count{online->size()} : info.processors();
  machine.physical_cores = info.cores();
  machine.sockets = info.sockets();
  if (!online) return;
  if (!machine.physical_cores) machine.physical_cores = distinct(folder, *online, "core_id");
  if (!machine.sockets) machine.sockets = distinct(folder, *online, "physical_package_id");
}

void read_ids(Machine& machine, const MachinePaths& paths) {
  const auto etc = paths.root + "/etc/machine-id";
  machine.boot_id =
      paths.boot_ids.empty() ? read_id(paths.proc + "/sys/kernel/random/boot_id") : first_id(paths.boot_ids);
  machine.machine_id = paths.machine_ids.empty() ? first_id(std::array{etc, paths.root + "/var/lib/dbus/machine-id"})
                                                 : first_id(paths.machine_ids);
  machine.system_uuid =
      first_id(std::array{paths.sys + "/class/dmi/id/product_uuid", paths.proc + "/device-tree/system-id",
                          paths.proc + "/device-tree/vm,uuid", etc});
}

}  // namespace

Machine this_machine(const MachinePaths& paths) {
  Machine machine;
  struct utsname names{};
  if (::uname(&names) == 0) machine.name = names.nodename;
  if (const auto proc = Directory::open(paths.proc.c_str())) machine.booted = boot_time(*proc);
  read_memory(machine, paths.proc);
  read_cpus(machine, paths);
  read_ids(machine, paths);
  machine.os_name = os_pretty_name(read_text(paths.root + "/etc/os-release"));
  return machine;
}

void update_size(Machine& machine, const MachinePaths& paths) {
  Machine now;
  read_memory(now, paths.proc);
  read_cpus(now, paths);
  if (now.memory_bytes != 0) {
    machine.memory_bytes = now.memory_bytes;
    machine.swap_bytes = now.swap_bytes;
  }
  if (now.cpus) {
    machine.cpus = now.cpus;
    machine.physical_cores = now.physical_cores;
    machine.sockets = now.sockets;
  }
}

/// From /proc/stat: "btime 1795446954", in seconds since 1970.
UnixNanos boot_time(const Directory& proc) {
  UnixNanos booted = 0;
  KernelFiles{}.each_line(proc, "stat", [&](std::string_view line) {
    Words words{line};
    if (words.next() != "btime") return true;
    booted = to_number(words.next()).value_or(0) * nanos_per_second;
    return false;
  });
  return booted;
}

std::string os_pretty_name(std::string_view os_release) {
  constexpr std::string_view key{"PRETTY_NAME="};
  std::string_view name;
  for_each_line(os_release, [&](std::string_view line) {
    if (line.starts_with(key)) name = trimmed(line.substr(key.size()));
  });
  const bool quoted = name.size() >= 2 && (name.front() == '"' || name.front() == '\'') && name.back() == name.front();
  if (quoted) name = name.substr(1, name.size() - 2);
  return repair_utf8(name, limits::label_value_bytes_max);
}

}  // namespace cspy::host
