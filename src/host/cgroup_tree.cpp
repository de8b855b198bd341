#include "host/cgroup_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "host/cgroup_text.hpp"
#include "host/cgroup_v2.hpp"
#include "host/cgroup_walk.hpp"
#include "host/cpu_info.hpp"
#include "host/words.hpp"
#include "metrics/details.hpp"

namespace cspy::host {
namespace {

using cgroup_v1::Controller;
using metrics::Sample;
using metrics::Tail;

/// Version 2's one hierarchy.
constexpr auto unified = Controller{};

/// A path in the form that openat takes, "docker/<id>" or "."; null where it is not to be trusted.
class RelativePath {
 public:
  explicit RelativePath(std::string_view path) {
    if (!path.starts_with('/') || path.size() > text_.size() || path.contains('\0')) return;
    for (auto rest = path; !rest.empty();) {
      rest.remove_prefix(1);
      const auto element = rest.substr(0, rest.find('/'));
      if (element == ".." || element == ".") return;
      rest.remove_prefix(std::min(rest.find('/'), rest.size()));
    }
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    if (path.empty()) path = ".";
    text_[path.copy(text_.data(), path.size())] = '\0';
    ok_ = true;
  }
  [[nodiscard]] const char* c_str() const { return ok_ ? text_.data() : nullptr; }

 private:
  std::array<char, limits::cgroup_path_bytes_max> text_;
  bool ok_ = false;
};

bool is_root(std::string_view path) {
  return path.find_first_not_of('/') == std::string_view::npos;
}

std::unexpected<Error> not_opened(const std::string& root, int number) {
  const auto message = fmt::format("{}: {}", root, std::generic_category().message(number));
  if (number == EACCES || number == EPERM)
    return std::unexpected{Error{Code::denied, message, "let this user enter the directory, or run as one who may"}};
  return std::unexpected{Error{number == ENOENT ? Code::missing : Code::refused, message,
                               fmt::format("mount the host's tree with '-v /sys/fs/cgroup:{}:ro'", root)}};
}

std::unexpected<Error> invalid(std::string message, const std::string& root) {
  return std::unexpected{Error{
      Code::invalid, std::move(message),
      fmt::format("mount the host's /sys/fs/cgroup there with '-v /sys/fs/cgroup:{}:ro', or run in the host's cgroup "
                  "namespace with '--cgroupns host'",
                  root)}};
}

std::unexpected<Error> only_a_part(const std::string& root) {
  return invalid(fmt::format("{} shows only the part of the cgroup tree that this process itself is in", root), root);
}

/// Of /proc/stat: "btime 1795446954", in seconds since 1970.
UnixNanos read_boot_time(KernelFiles& files, const Directory& proc) {
  UnixNanos booted = 0;
  files.each_line(proc, "stat", [&](std::string_view line) {
    Words words{line};
    if (words.next() != "btime") return true;
    booted = parse_number(words.next()).value_or(0) * nanos_per_second;
    return false;
  });
  return booted;
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

/// The size in "hugetlb.2MB.current" or "hugetlb.2MB.usage_in_bytes"; empty in all other names.
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

Result<CgroupTree> CgroupTree::open(const std::string& root, const std::string& proc) {
  const auto directory = Directory::open(root.c_str());
  if (!directory) return not_opened(root, errno);
  auto proc_directory = Directory::open(proc.c_str());
  if (!proc_directory) return not_opened(proc, errno);
  CgroupTree tree{std::move(*proc_directory), root};
  if (directory->has("cgroup.controllers")) {
    // Every cgroup but the true root has these.
    if (directory->has("cgroup.type") || directory->has("cgroup.events")) return only_a_part(root);
    tree.version_ = 2;
    tree.hierarchies_[static_cast<std::size_t>(unified)] = directory->below(".");
  } else {
    tree.version_ = 1;
    bool any = false;
    for (std::size_t i = 0; i < cgroup_v1::controller_count; ++i) {
      auto& hierarchy = tree.hierarchies_[i];
      for (const auto* const name : cgroup_v1::names_of(static_cast<Controller>(i))) {
        if (!hierarchy) hierarchy = directory->below(name);
      }
      if (hierarchy && !hierarchy->has("cgroup.procs")) hierarchy.reset();
      if (!hierarchy) continue;
      // Only the true root of a hierarchy has these.
      if (!hierarchy->has("release_agent") && !hierarchy->has("cgroup.sane_behavior")) return only_a_part(root);
      any = true;
    }
    if (!any) return invalid(fmt::format("{} is no cgroup tree", root), root);
  }
  tree.booted_ = read_boot_time(tree.files_, tree.proc_);
  return tree;
}

std::optional<Directory> CgroupTree::at(Controller controller, std::string_view path) const {
  const auto& hierarchy = hierarchies_[static_cast<std::size_t>(version_ == 2 ? unified : controller)];
  const RelativePath relative{path};
  if (!hierarchy || relative.c_str() == nullptr) return std::nullopt;
  return hierarchy->below(relative.c_str());
}

bool CgroupTree::has(std::string_view path) const {
  return at(Controller::memory, path) || at(Controller::cpuacct, path) || at(Controller::cpu, path);
}

std::optional<std::string> CgroupTree::find(std::string_view id) const {
  if (id.empty()) return std::nullopt;
  std::optional<std::string> found;
  for (const auto controller : {Controller::memory, Controller::cpuacct, Controller::cpu}) {
    const auto& hierarchy = hierarchies_[static_cast<std::size_t>(version_ == 2 ? unified : controller)];
    if (!hierarchy) continue;
    walk_cgroups(*hierarchy, [&](const std::string& path, std::string_view name) {
      if (!name.contains(id)) return Walk::enter;
      if (name.contains("conmon")) return Walk::pass_over;
      found = path;
      return Walk::stop;
    });
    if (found || version_ == 2) break;
  }
  return found;
}

std::vector<std::string> CgroupTree::paths() const {
  std::vector<std::string> paths;
  for (const auto& hierarchy : hierarchies_) {
    if (!hierarchy) continue;
    walk_cgroups(*hierarchy, [&](const std::string& path, std::string_view name) {
      if (name.ends_with(".mount")) return Walk::pass_over;
      paths.push_back(path);
      return Walk::enter;
    });
  }
  std::ranges::sort(paths);
  const auto surplus = std::ranges::unique(paths);
  paths.erase(surplus.begin(), surplus.end());
  if (paths.size() > limits::cgroups_max) paths.resize(limits::cgroups_max);
  return paths;
}

bool CgroupTree::read(std::string_view path, const CgroupWanted& wanted, Sample& sample) {
  const auto details = sample.details.size();
  // What follows from the usage must follow from the tree's, not from an engine's.
  const auto told = std::exchange(sample.memory_usage, {});
  bool there = false;
  if (version_ == 1) {
    there = read_version_1(path, wanted, sample);
  } else if (const auto cgroup = at(unified, path)) {
    read_version_2(*cgroup, is_root(path), wanted, sample);
    there = true;
  }
  if (!sample.memory_usage) sample.memory_usage = told;
  if (there && wanted.processes) read_process_count(path, sample);
  if (sample.details.size() != details) {
    std::ranges::sort(sample.details, {},
                      [](const metrics::Detail& detail) { return std::tie(detail.what, detail.labels); });
  }
  return there;
}

void CgroupTree::read_version_2(const Directory& cgroup, bool root, const CgroupWanted& wanted, Sample& sample) {
  auto needed = wanted;
  if (root && wanted.memory) needed.memory_details = true;
  for (const auto& file : cgroup_v2::files()) {
    if (!(needed.*file.wanted) && !(needed.*file.wanted_too)) continue;
    if (const auto text = files_.read(cgroup, file.name)) file.parse(*text, sample);
  }
  if (root && wanted.memory) {
    const auto memory = read_meminfo(files_, proc_);
    const auto swap = memory.swap_total.value_or(0);
    cgroup_v2::set_root_memory(swap - std::min(swap, memory.swap_free.value_or(0)), sample);
  }
  cgroup_v2::finish(wanted, sample);
  if (wanted.hugetlb) read_huge_pages(cgroup, sample);
  // cAdvisor's constant, where there is a controller to know it.
  if (wanted.memory_migrate && cgroup.has("cpuset.cpus.effective")) metrics::note(sample, Tail::memory_migrate, {}, 0);
}

bool CgroupTree::read_version_1(std::string_view path, const CgroupWanted& wanted, Sample& sample) {
  if (!has(path)) return false;
  std::optional<Directory> cgroup;
  std::optional<Controller> opened;
  for (const auto& file : cgroup_v1::files()) {
    if (!(wanted.*file.wanted) && !(wanted.*file.wanted_too)) continue;
    if (opened != file.controller) {
      cgroup = at(file.controller, path);
      opened = file.controller;
    }
    if (!cgroup) continue;
    if (const auto text = files_.read(*cgroup, file.name)) file.parse(*text, sample);
  }
  cgroup_v1::finish(wanted, sample);
  if (wanted.io) read_block_devices(path, sample);
  if (wanted.hugetlb) {
    if (const auto huge = at(Controller::hugetlb, path)) read_huge_pages(*huge, sample);
  }
  return true;
}

void CgroupTree::read_block_devices(std::string_view path, Sample& sample) {
  const auto cgroup = at(Controller::blkio, path);
  if (!cgroup) return;
  sample.devices.clear();
  for (const auto& group : cgroup_v1::blkio_groups()) {
    for (const auto& file : group) {
      const auto text = files_.read(*cgroup, file.name);
      const bool found = text && file.parse(*text, sample);
      if (!found && &file == &group.front()) break;
    }
    if (!sample.devices.empty()) return;
  }
}

void CgroupTree::read_huge_pages(const Directory& cgroup, Sample& sample) {
  if (huge_page_sizes_.empty()) {
    constexpr std::size_t files_max = 1'024;  // a cgroup has about a hundred
    for (const auto& name : cgroup.names(Directory::Entry::file, files_max)) {
      const auto size = huge_page_size(name);
      if (!size.empty() && huge_page_sizes_.size() < limits::huge_page_sizes_max) huge_page_sizes_.emplace_back(size);
    }
  }
  const bool v1 = version_ == 1;
  const auto number = [&](const std::string& size, std::string_view what) {
    const auto text = files_.read(cgroup, HugePageFile{size, what}.c_str());
    return text ? parse_value(*text) : Count{};
  };
  for (const auto& size : huge_page_sizes_) {
    const auto add = [&](Tail what, Count value) {
      if (value) metrics::note(sample, what, {size}, *value);
    };
    // What is reserved counts: a page is the cgroup's before it is touched.
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
      const auto events = files_.read(cgroup, HugePageFile{size, "events"}.c_str());
      add(Tail::hugetlb_failcnt, events ? cgroup_v2::parse_hugetlb_failures(*events) : Count{});
    }
  }
}

std::optional<Directory> CgroupTree::with_processes(std::string_view path) const {
  for (const auto controller : {Controller::cpu, Controller::cpuacct, Controller::memory}) {
    if (auto cgroup = at(controller, path)) return cgroup;
  }
  return std::nullopt;
}

void CgroupTree::read_process_count(std::string_view path, Sample& sample) {
  const auto cgroup = with_processes(path);
  if (!cgroup) return;
  std::uint64_t count = 0;
  const auto counted = files_.each_line(*cgroup, "cgroup.procs", [&](std::string_view) {
    ++count;
    return true;
  });
  if (counted) sample.processes = count;
}

bool CgroupTree::read_limits(std::string_view path, metrics::Limits& limits) {
  if (!has(path)) return false;
  if (version_ == 2) {
    const auto cgroup = at(unified, path);
    if (!cgroup) return false;
    for (const auto& file : cgroup_v2::limit_files())
      file.parse(files_.read(*cgroup, file.name).value_or(""), limits);
  } else {
    for (const auto& file : cgroup_v1::limit_files()) {
      const auto cgroup = at(file.controller, path);
      const auto text = cgroup ? files_.read(*cgroup, file.name) : std::nullopt;
      if (text) file.parse(*text, limits);
    }
  }
  if (is_root(path)) {
    const auto memory = read_meminfo(files_, proc_);
    limits.memory_bytes = memory.total;
    limits.memory_swap_bytes = memory.swap_total;
    limits.memory_reservation_bytes = memory.total ? Count{0} : Count{};
  }
  return true;
}

UnixNanos CgroupTree::created(std::string_view path) const {
  UnixNanos earliest = 0;
  const auto consider = [&](UnixNanos time) {
    if (time != 0 && (earliest == 0 || time < earliest)) earliest = time;
  };
  for (std::size_t i = 0; i < hierarchies_.size(); ++i) {
    const auto cgroup = hierarchies_[i] ? at(static_cast<Controller>(i), path) : std::nullopt;
    if (!cgroup) continue;
    consider(cgroup->modified("."));
    consider(cgroup->modified(version_ == 2 ? "cgroup.events" : "cgroup.clone_children"));
  }
  return earliest == 0 ? 0 : std::max(earliest, booted_);
}

std::vector<std::uint32_t> CgroupTree::processes(std::string_view path) {
  std::vector<std::uint32_t> pids;
  const auto cgroup = with_processes(path);
  if (!cgroup) return pids;
  files_.each_line(*cgroup, "cgroup.procs", [&](std::string_view line) {
    const auto pid = parse_number(trimmed(line)).value_or(0);
    if (pid != 0 && pid <= std::numeric_limits<std::uint32_t>::max()) pids.push_back(static_cast<std::uint32_t>(pid));
    return pids.size() < limits::cgroup_processes_max;
  });
  return pids;
}

}  // namespace cspy::host
