// Walks through a hierarchy of cgroups.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "host/kernel_files.hpp"

namespace cspy::host {

enum class Walk : std::uint8_t { enter, pass_over, stop };

/// Calls `visit` for each cgroup below `root`, with its path, "/docker/<id>", and its last element. A parent comes
/// before its children. At most limits::cgroups_max cgroups. `visit` returns whether to enter the cgroup, to skip its
/// children, or to end. Returns whether it saw all: false if it could not list a cgroup that was not removed meanwhile.
bool walk_cgroups(const Directory& root,
                  const std::function<Walk(const std::string& path, std::string_view name)>& visit);

}  // namespace cspy::host
