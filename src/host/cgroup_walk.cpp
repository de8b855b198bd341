#include "host/cgroup_walk.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/limits.hpp"

namespace cspy::host {

bool walk_cgroups(const Directory& root,
                  const std::function<Walk(const std::string& path, std::string_view name)>& visit) {
  std::vector<std::string> waiting{""};
  std::size_t seen = 0;
  bool whole = true;
  while (!waiting.empty()) {
    const auto path = std::move(waiting.back());
    waiting.pop_back();
    const auto cgroup = root.below(path.empty() ? "." : path.c_str() + 1);
    auto names = cgroup ? cgroup->names(Directory::Entry::directory, limits::cgroups_max - seen) : std::nullopt;
    if (!names) {
      whole = whole && errno == ENOENT;
      continue;
    }
    std::ranges::sort(*names);
    for (const auto& name : *names) {
      ++seen;
      auto child = path;
      child.append("/").append(name);
      if (child.size() > limits::cgroup_path_bytes_max) continue;
      switch (visit(child, name)) {
        case Walk::enter: waiting.push_back(std::move(child)); break;
        case Walk::pass_over: break;
        case Walk::stop: return whole;
      }
    }
  }
  return whole;
}

}  // namespace cspy::host
