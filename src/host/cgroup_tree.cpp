#include "host/cgroup_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "host/cgroup_walk.hpp"
#include "host/machine.hpp"

namespace cspy::host {
namespace {

using cgroup_v1::Controller;

/// The only hierarchy of version 2.
constexpr auto unified = Controller{};

/// A path in the form that openat takes, "docker/<id>" or ".". Null if the path is not safe.
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

std::unexpected<Error> not_opened(const std::string& root, int number) {
  const auto message = fmt::format("{}: {}", root, std::generic_category().message(number));
  if (number == EACCES || number == EPERM)
    return std::unexpected{
        Error{Code::denied, message, "give this user access to the directory, or run as a user that has access"}};
  return std::unexpected{Error{number == ENOENT ? Code::missing : Code::refused, message,
                               fmt::format("mount the host's tree with '-v /sys/fs/cgroup:{}:ro'", root)}};
}

}  // namespace

Result<CgroupTree> CgroupTree::open(const std::string& root, const std::string& proc) {
  const auto directory = Directory::open(root.c_str());
  if (!directory) return not_opened(root, errno);
  auto proc_directory = Directory::open(proc.c_str());
  if (!proc_directory) return not_opened(proc, errno);
  CgroupTree tree{std::move(*proc_directory), root};
  if (directory->has("cgroup.controllers")) {
    // Every cgroup except the real root has these.
    tree.whole_ = !directory->has("cgroup.type") && !directory->has("cgroup.events");
    tree.version_ = CgroupVersion::v2;
    tree.hierarchies_[static_cast<std::size_t>(unified)] = directory->below(".");
  } else {
    tree.version_ = CgroupVersion::v1;
    bool any = false;
    for (std::size_t i = 0; i < cgroup_v1::controller_count; ++i) {
      auto& hierarchy = tree.hierarchies_[i];
      for (const auto* const name : cgroup_v1::names_of(static_cast<Controller>(i))) {
        if (!hierarchy) hierarchy = directory->below(name);
      }
      if (hierarchy && !hierarchy->has("cgroup.procs")) hierarchy.reset();
      if (!hierarchy) continue;
      // Only the real root of a hierarchy has these.
      if (!hierarchy->has("release_agent") && !hierarchy->has("cgroup.sane_behavior")) tree.whole_ = false;
      any = true;
    }
    if (!any) {
      return std::unexpected{
          Error{Code::invalid, fmt::format("{} is not a cgroup tree", root),
                fmt::format("mount the host's /sys/fs/cgroup there with '-v /sys/fs/cgroup:{}:ro'", root)}};
    }
  }
  tree.booted_ = boot_time(tree.proc_);
  return tree;
}

std::optional<Directory> CgroupTree::at(Controller controller, std::string_view path) const {
  const auto& hierarchy = hierarchies_[static_cast<std::size_t>(version_ == CgroupVersion::v2 ? unified : controller)];
  const RelativePath relative{path};
  if (!hierarchy || relative.c_str() == nullptr) return std::nullopt;
  return hierarchy->below(relative.c_str());
}

bool CgroupTree::has(std::string_view path) const {
  return at(Controller::memory, path) || at(Controller::cpuacct, path) || at(Controller::cpu, path);
}

bool CgroupTree::lacks(std::string_view path) const {
  for (const auto controller : {Controller::memory, Controller::cpuacct, Controller::cpu}) {
    errno = ENOENT;  // at() leaves it if there is no such hierarchy
    if (at(controller, path) || errno != ENOENT) return false;
  }
  return true;
}

std::optional<std::string> CgroupTree::find(std::string_view id) const {
  if (id.empty()) return std::nullopt;
  std::optional<std::string> found;
  for (const auto controller : {Controller::memory, Controller::cpuacct, Controller::cpu}) {
    const auto& hierarchy =
        hierarchies_[static_cast<std::size_t>(version_ == CgroupVersion::v2 ? unified : controller)];
    if (!hierarchy) continue;
    walk_cgroups(*hierarchy, [&](const std::string& path, std::string_view name) {
      if (!name.contains(id)) return Walk::enter;
      if (name.contains("conmon")) return Walk::pass_over;
      found = path;
      return Walk::stop;
    });
    if (found || version_ == CgroupVersion::v2) break;
  }
  return found;
}

std::optional<std::vector<std::string>> CgroupTree::paths() const {
  std::vector<std::string> paths;
  for (const auto& hierarchy : hierarchies_) {
    if (!hierarchy) continue;
    const bool whole = walk_cgroups(*hierarchy, [&](const std::string& path, std::string_view name) {
      if (name.ends_with(".mount")) return Walk::pass_over;
      paths.push_back(path);
      return Walk::enter;
    });
    if (!whole) return std::nullopt;
  }
  std::ranges::sort(paths);
  const auto surplus = std::ranges::unique(paths);
  paths.erase(surplus.begin(), surplus.end());
  if (paths.size() > limits::cgroups_max) paths.resize(limits::cgroups_max);
  return paths;
}

std::optional<Directory> CgroupTree::with_processes(std::string_view path) const {
  for (const auto controller : {Controller::cpu, Controller::cpuacct, Controller::memory}) {
    if (auto cgroup = at(controller, path)) return cgroup;
  }
  return std::nullopt;
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
    consider(cgroup->modified(version_ == CgroupVersion::v2 ? "cgroup.events" : "cgroup.clone_children"));
  }
  return earliest == 0 ? 0 : std::max(earliest, booted_);
}

}  // namespace cspy::host
