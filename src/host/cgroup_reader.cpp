#include "host/cgroup_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "host/cgroup_text.hpp"
#include "host/cgroup_v1.hpp"
#include "host/cgroup_v2.hpp"
#include "host/count_files.hpp"
#include "host/cpu_info.hpp"
#include "host/words.hpp"
#include "metrics/details.hpp"
#include "metrics/working_set.hpp"

namespace cspy::host {
namespace {

using cgroup_v1::Controller;
using metrics::Sample;
using metrics::SampleParts;
using metrics::Tail;

/// The only hierarchy of version 2.
constexpr auto unified = Controller{};

constexpr SampleParts huge_page_parts =
    metrics::parts_of_all({Tail::hugetlb_usage, Tail::hugetlb_max_usage, Tail::hugetlb_failcnt});

bool is_root(std::string_view path) {
  return path.find_first_not_of('/') == std::string_view::npos;
}

struct MachineMemory {
  Count total, swap_total, swap_free;  // bytes
};

MachineMemory read_meminfo(KernelFiles& files, const Directory& proc) {
  const auto text = files.read(proc, "meminfo").value_or("");
  return {.total = meminfo_bytes(text, "MemTotal"),
          .swap_total = meminfo_bytes(text, "SwapTotal"),
          .swap_free = meminfo_bytes(text, "SwapFree")};
}

/// The size in "hugetlb.2MB.current" or "hugetlb.2MB.usage_in_bytes". Empty for all other names.
std::string_view huge_page_size(std::string_view name) {
  constexpr std::string_view prefix{"hugetlb."};
  constexpr std::size_t size_bytes_max = 16;
  if (!name.starts_with(prefix)) return {};
  name.remove_prefix(prefix.size());
  const auto dot = std::min(name.find('.'), name.size());
  const auto rest = name.substr(dot);
  return (rest == ".current" || rest == ".usage_in_bytes") && dot <= size_bytes_max ? name.substr(0, dot)
                                                                                    : std::string_view{};
}

/// "hugetlb.2MB.rsvd.current", without an allocation.
class HugePageFile {
 public:
  HugePageFile(std::string_view size, std::string_view what) {
    *fmt::format_to_n(text_.data(), text_.size() - 1, "hugetlb.{}.{}", size, what).out = '\0';
  }
  [[nodiscard]] const char* c_str() const { return text_.data(); }

 private:
  std::array<char, 64> text_;
};

}  // namespace

bool CgroupReader::read(std::string_view path, const SampleParts& wanted, Sample& sample) {
  const auto details = sample.details.size();
  // Numbers calculated from the usage must use the tree's usage, not the engine's.
  const auto engine_usage = std::exchange(sample.memory_usage, {});
  bool found = false;
  if (tree_.version() == CgroupVersion::v1) {
    found = read_version_1(path, wanted, sample);
  } else if (const auto cgroup = tree_.at(unified, path)) {
    read_version_2(*cgroup, tree_.is_whole() && is_root(path), wanted, sample);
    found = true;
  }
  if (!sample.memory_usage) sample.memory_usage = engine_usage;
  if (found && wanted.has(&Sample::processes)) read_process_count(path, sample);
  if (sample.details.size() != details) metrics::sort_details(sample);
  return found;
}

/// The counts to read for the wanted ones. If any memory count is wanted, the usage is read too: it shows whether there
/// is a memory controller.
std::uint64_t CgroupReader::counts_to_read(std::uint64_t wanted) const {
  const bool memory = (wanted & memory_counts(tree_.version())) != 0;
  return memory ? wanted | metrics::parts_of({&Sample::memory_usage}).counts : wanted;
}

/// Call it after reading the files: calculates what depends on several of them. Whether there is a memory controller is
/// not known if the usage was missed.
void CgroupReader::complete_counts(std::uint64_t wanted, Sample& sample) const {
  auto& missed = sample.missed;
  if (missed.has(&Sample::memory_usage)) missed.counts |= wanted & memory_counts(tree_.version());
  if (missed.has(&Sample::memory_usage) || missed.has(&Sample::memory_inactive_file))
    missed.counts |= metrics::bit_of(&Sample::memory_working_set);
  metrics::set_working_set(sample);
  set_zeros(tree_.version(), wanted & ~missed.counts, sample);
}

void CgroupReader::read_version_2(const Directory& cgroup, bool root, const SampleParts& wanted, Sample& sample) {
  auto counts = counts_to_read(wanted.counts);
  const bool root_memory = root && (counts & metrics::parts_of({&Sample::memory_usage}).counts) != 0;
  if (root_memory) counts |= metrics::parts_of({&Sample::memory_rss, &Sample::memory_cache}).counts;
  for (const auto& file : count_files(CgroupVersion::v2)) {
    if ((file.counts & counts) == 0) continue;
    if (const auto text = files_.read(cgroup, file.name)) {
      file.parse(*text, sample);
    } else if (files_.failed()) {
      sample.missed.counts |= file.counts & counts;
    }
  }
  if (root_memory) {
    const auto memory = read_meminfo(files_, tree_.proc());
    const auto swap = memory.swap_total.value_or(0);
    if (!memory.total) sample.missed.counts |= metrics::bit_of(&Sample::memory_swap);
    if (sample.missed.has(&Sample::memory_rss) || sample.missed.has(&Sample::memory_cache))
      sample.missed.counts |= metrics::bit_of(&Sample::memory_usage);
    cgroup_v2::set_root_memory(swap - std::min(swap, memory.swap_free.value_or(0)), sample);
  }
  complete_counts(wanted.counts, sample);
  if (wanted.devices) {
    if (const auto text = files_.read(cgroup, "io.stat")) {
      cgroup_v2::parse_io_stat(*text, sample);
    } else {
      sample.missed.devices |= files_.failed();
    }
  }
  if (wanted.overlaps(huge_page_parts)) read_huge_pages(cgroup, sample);
  // cAdvisor's constant, if the cgroup has the controller.
  if (wanted.has(Tail::memory_migrate) && cgroup.has("cpuset.cpus.effective"))
    metrics::add_detail(sample, Tail::memory_migrate, {}, 0);
}

/// The cgroup in a hierarchy of version 1. A controller without it has no numbers of it. `unopened`: it may exist.
std::optional<Directory> CgroupReader::open(Controller controller, std::string_view path, bool& unopened) const {
  errno = ENOENT;  // at() leaves it if there is no such hierarchy
  auto cgroup = tree_.at(controller, path);
  unopened = !cgroup && errno != ENOENT;
  return cgroup;
}

bool CgroupReader::read_version_1(std::string_view path, const SampleParts& wanted, Sample& sample) {
  if (!tree_.has(path)) return false;
  std::optional<Directory> cgroup;
  std::optional<Controller> opened;
  bool unopened = false;
  const auto read = [&](Controller controller, const char* name) -> std::optional<std::string_view> {
    if (opened != controller) {
      cgroup = open(controller, path, unopened);
      opened = controller;
    }
    return cgroup ? files_.read(*cgroup, name) : std::nullopt;
  };
  const auto failed = [&] { return cgroup ? files_.failed() : unopened; };
  const auto counts = counts_to_read(wanted.counts);
  for (const auto& file : count_files(CgroupVersion::v1)) {
    if ((file.counts & counts) == 0) continue;
    if (const auto text = read(cgroup_v1::controller_of(file.name), file.name)) {
      file.parse(*text, sample);
    } else if (failed()) {
      sample.missed.counts |= file.counts & counts;
    }
  }
  for (const auto& file : cgroup_v1::files()) {
    if (!file.parts.overlaps(wanted)) continue;
    if (const auto text = read(file.controller, file.name)) {
      file.parse(*text, sample);
    } else if (failed()) {
      sample.missed |= file.parts;
    }
  }
  complete_counts(wanted.counts, sample);
  if (wanted.devices) read_block_devices(path, sample);
  if (wanted.overlaps(huge_page_parts)) {
    if (const auto huge = open(Controller::hugetlb, path, unopened)) {
      read_huge_pages(*huge, sample);
    } else if (unopened) {
      sample.missed |= huge_page_parts;
    }
  }
  return true;
}

void CgroupReader::read_block_devices(std::string_view path, Sample& sample) {
  const auto cgroup = open(Controller::blkio, path, sample.missed.devices);
  if (!cgroup) return;
  sample.devices.clear();
  for (const auto& group : cgroup_v1::blkio_groups()) {
    for (const auto& file : group) {
      const auto text = files_.read(*cgroup, file.name);
      if (!text && files_.failed()) sample.missed.devices = true;
      const bool found = text && file.parse(*text, sample);
      if (!found && &file == &group.front()) break;
    }
    if (!sample.devices.empty()) return;
  }
}

void CgroupReader::read_huge_pages(const Directory& cgroup, Sample& sample) {
  if (huge_page_sizes_.empty()) {
    constexpr std::size_t files_max = 1'024;  // a cgroup has about a hundred
    const auto names = cgroup.names(Directory::Entry::file, files_max);
    if (!names) sample.missed |= huge_page_parts;
    for (const auto& name : names.value_or(std::vector<std::string>{})) {
      const auto size = huge_page_size(name);
      if (!size.empty() && huge_page_sizes_.size() < limits::huge_page_sizes_max) huge_page_sizes_.emplace_back(size);
    }
  }
  const bool v1 = tree_.version() == CgroupVersion::v1;
  const auto read = [&](const std::string& size, std::string_view what) {
    const auto text = files_.read(cgroup, HugePageFile{size, what}.c_str());
    if (!text && files_.failed()) sample.missed |= huge_page_parts;
    return text;
  };
  const auto number = [&](const std::string& size, std::string_view what) {
    const auto text = read(size, what);
    return text ? parse_value(*text) : Count{};
  };
  for (const auto& size : huge_page_sizes_) {
    const auto add = [&](Tail what, Count value) {
      if (value) metrics::add_detail(sample, what, {size}, *value);
    };
    // Reserved pages count: a page belongs to the cgroup before a process touches it.
    auto usage = number(size, v1 ? "rsvd.usage_in_bytes" : "rsvd.current");
    const bool reserved = usage.has_value();
    if (!reserved) usage = number(size, v1 ? "usage_in_bytes" : "current");
    if (!usage) continue;
    add(Tail::hugetlb_usage, usage);
    if (v1) {
      add(Tail::hugetlb_max_usage, number(size, reserved ? "rsvd.max_usage_in_bytes" : "max_usage_in_bytes"));
      add(Tail::hugetlb_failcnt, number(size, reserved ? "rsvd.failcnt" : "failcnt"));
    } else {
      add(Tail::hugetlb_max_usage, 0);  // cAdvisor's constant
      const auto events = read(size, "events");
      add(Tail::hugetlb_failcnt, events ? cgroup_v2::parse_hugetlb_failures(*events) : Count{});
    }
  }
}

void CgroupReader::read_process_count(std::string_view path, Sample& sample) {
  const auto cgroup = tree_.with_processes(path);
  if (!cgroup) return;
  std::uint64_t count = 0;
  const auto counted = files_.each_line(*cgroup, "cgroup.procs", [&](std::string_view) {
    ++count;
    return true;
  });
  if (counted) {
    sample.processes = count;
  } else if (files_.failed()) {
    sample.missed.counts |= metrics::bit_of(&Sample::processes);
  }
}

bool CgroupReader::read_limits(std::string_view path, metrics::Limits& limits) {
  if (!tree_.has(path)) return false;
  if (tree_.version() == CgroupVersion::v2) {
    const auto cgroup = tree_.at(unified, path);
    if (!cgroup) return false;
    for (const auto& file : cgroup_v2::limit_files()) {
      const auto text = files_.read(*cgroup, file.name);
      if (text || !files_.failed()) file.parse(text.value_or(""), limits);
    }
  } else {
    for (const auto& file : cgroup_v1::limit_files()) {
      const auto cgroup = tree_.at(file.controller, path);
      const auto text = cgroup ? files_.read(*cgroup, file.name) : std::nullopt;
      if (text) file.parse(*text, limits);
    }
  }
  if (tree_.is_whole() && is_root(path)) {
    const auto memory = read_meminfo(files_, tree_.proc());
    if (!memory.total) return true;
    limits.memory_bytes = memory.total;
    limits.memory_swap_bytes = memory.swap_total;
    limits.memory_reservation_bytes = 0;
  }
  return true;
}

std::vector<std::uint32_t> CgroupReader::processes(std::string_view path) {
  std::vector<std::uint32_t> pids;
  const auto cgroup = tree_.with_processes(path);
  if (!cgroup) return pids;
  files_.each_line(*cgroup, "cgroup.procs", [&](std::string_view line) {
    const auto pid = parse_number(trimmed(line)).value_or(0);
    if (pid != 0 && pid <= std::numeric_limits<std::uint32_t>::max()) pids.push_back(static_cast<std::uint32_t>(pid));
    return pids.size() < limits::cgroup_processes_max;
  });
  return pids;
}

}  // namespace cspy::host
