#include "host/cgroup_walk.hpp"

#include <algorithm>
#include <vector>

#include "base/limits.hpp"

namespace cspy::host {

void walk_cgroups(const Directory& root,
                  const std::function<Walk(const std::string& path, std::string_view name)>& visit) {
  std::vector<std::string> waiting{""};
  std::size_t seen = 0;
  while (!waiting.empty()) {
    const auto path = std::move(waiting.back());
    waiting.pop_back();
    const auto cgroup = root.below(path.empty() ? "." : path.c_str() + 1);
    if (!cgroup) continue;  // it was removed in the meantime
    auto names = cgroup->names(Directory::Entry::directory, limits::cgroups_max - seen);
    std::ranges::sort(names);
    for (const auto& name : names) {
      ++seen;
      auto child = path;
      child.append("/").append(name);
      if (child.size() > limits::cgroup_path_bytes_max) continue;
      switch (visit(child, name)) {
        case Walk::enter: waiting.push_back(std::move(child)); break;
        case Walk::pass_over: break;
        case Walk::stop: return;
      }
    }
  }
}

}  // namespace cspy::host
