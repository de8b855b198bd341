#include "host/machine.hpp"

#include <sys/utsname.h>

#include <charconv>
#include <string_view>

#include "base/file.hpp"

namespace cspy::host {
namespace {

/// "MemTotal:       24689500 kB"
std::uint64_t read_memory_total(const std::string& path) {
  constexpr std::string_view key{"MemTotal:"};
  constexpr std::size_t meminfo_bytes_max = 16 * 1024;
  const auto meminfo = read_file(path, meminfo_bytes_max);
  if (!meminfo) return 0;
  const auto line = meminfo->find(key);
  const auto digits = line == std::string::npos ? line : meminfo->find_first_of("0123456789", line);
  if (digits == std::string::npos) return 0;
  std::uint64_t kib = 0;
  std::from_chars(meminfo->data() + digits, meminfo->data() + meminfo->size(), kib);
  return kib * 1'024;
}

}  // namespace

Machine this_machine(const std::string& meminfo_path) {
  Machine machine;
  struct utsname names{};
  if (::uname(&names) == 0) {
    machine.name = names.nodename;
    machine.kernel_version = names.release;
  }
  machine.memory_bytes = read_memory_total(meminfo_path);
  return machine;
}

bool is_same(const Machine& machine, const std::string& kernel_version, std::uint64_t memory_bytes) {
  return machine.memory_bytes != 0 && machine.memory_bytes == memory_bytes && machine.kernel_version == kernel_version;
}

}  // namespace cspy::host
