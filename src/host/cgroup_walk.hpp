// Walking through a hierarchy of cgroups.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "host/kernel_files.hpp"

namespace cspy::host {

enum class Walk : std::uint8_t { enter, pass_over, stop };

/// Shows `visit` each cgroup below `root` by its path, "/docker/<id>", and its last element, a parent before its
/// children; at most limits::cgroups_max. It says whether to go on into the cgroup, past it, or to end.
void walk_cgroups(const Directory& root,
                  const std::function<Walk(const std::string& path, std::string_view name)>& visit);

}  // namespace cspy::host
