#include "docker/cgroup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cspy::docker {
namespace {

constexpr std::string_view slice_suffix{".slice"};

/// systemd nests a slice by the dashes in its name: "a-b.slice" is "/a.slice/a-b.slice", and "-.slice" is the root.
std::string expand_slice(std::string_view slice) {
  const auto name = slice.substr(0, slice.size() - slice_suffix.size());
  std::string path;
  if (name == "-") return path;
  for (std::size_t dash = name.find('-'); dash != std::string_view::npos; dash = name.find('-', dash + 1)) {
    path.append("/").append(name.substr(0, dash)).append(slice_suffix);
  }
  return path.append("/").append(slice);
}

std::string systemd_path(const Engine& engine, std::string_view id, std::string_view parent) {
  std::string base;
  if (engine.rootless && engine.socket_owner) {
    base = fmt::format("/user.slice/user-{0}.slice/user@{0}.service", *engine.socket_owner);
  }
  const std::string_view default_parent = engine.rootless ? "user.slice"
                                          : engine.podman ? "machine.slice"
                                                          : "system.slice";
  const auto slice = parent.ends_with(slice_suffix) ? parent : default_parent;
  return fmt::format("{}{}/{}-{}.scope", base, expand_slice(slice), engine.podman ? "libpod" : "docker", id);
}

std::string cgroupfs_path(const Engine& engine, std::string_view id, std::string_view parent) {
  if (engine.podman) return fmt::format("{}/libpod-{}", parent.empty() ? "/libpod_parent" : parent, id);
  if (parent.empty()) parent = "/docker";
  while (parent.ends_with('/'))
    parent.remove_suffix(1);
  return fmt::format("{}{}/{}", parent.starts_with('/') || parent.empty() ? "" : "/", parent, id);
}

/// runc 1.3.2 changed the conversion. Earlier versions convert linearly and give the default shares a weight of 39
/// instead of 100.
bool has_new_weights(std::string_view runc_version) {
  return release_numbers(runc_version) >= std::array<unsigned, 3>{1, 3, 2};
}

std::uint64_t weight_of(std::uint64_t shares, bool new_weights) {
  shares = std::clamp<std::uint64_t>(shares, 2, 262'144);
  if (!new_weights) return 1 + (shares - 2) * 9'999 / 262'142;
  const double l = std::log2(static_cast<double>(shares));
  return static_cast<std::uint64_t>(std::ceil(std::pow(10, (l * l + 125 * l) / 612.0 - 7.0 / 34.0)));
}

}  // namespace

std::string cgroup_path(const Engine& engine, std::string_view id, std::string_view parent) {
  if (engine.cgroup_driver == CgroupDriver::cgroupfs) return cgroupfs_path(engine, id, parent);
  return systemd_path(engine, id, parent);
}

std::uint64_t effective_cpu_shares(const Engine& engine, std::uint64_t shares) {
  constexpr std::uint64_t shares_default = 1'024;
  if (engine.cgroup_version == 1) return shares == 0 ? shares_default : shares;
  constexpr std::uint64_t weight_default = 100;
  // If the version is unknown, assume a current runtime.
  const bool new_weights = engine.runc_version.empty() || has_new_weights(engine.runc_version);
  const auto weight = shares == 0 ? weight_default : weight_of(shares, new_weights);
  return 2 + (weight - 1) * 262'142 / 9'999;
}

}  // namespace cspy::docker
