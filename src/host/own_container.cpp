#include "host/own_container.hpp"

#include <algorithm>
#include <array>

#include "host/mount.hpp"

namespace cspy::host {
namespace {

constexpr std::size_t id_digits = 64;
constexpr std::string_view digits{"0123456789abcdef"};
constexpr std::array<std::string_view, 3> mounted_by_engines{"/etc/hostname", "/etc/hosts", "/etc/resolv.conf"};

/// The element of a path that is a container's id.
std::string_view id_in(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    const auto element = path.substr(0, path.find('/'));
    if (is_container_id(element)) return element;
    path.remove_prefix(element.size());
  }
  return {};
}

}  // namespace

bool is_container_id(std::string_view id) {
  return id.size() == id_digits && id.find_first_not_of(digits) == std::string_view::npos;
}

bool any_container_in(std::string_view path, const std::function<bool(std::string_view id)>& is_it) {
  while (!path.empty()) {
    path.remove_prefix(std::min(path.find_first_of(digits), path.size()));
    const auto id = path.substr(0, path.find_first_not_of(digits));
    if (is_container_id(id) && is_it(id)) return true;
    path.remove_prefix(id.size());
  }
  return false;
}

std::string own_container(KernelFiles& files, const Directory& proc) {
  std::string id;
  files.each_line(proc, "self/mountinfo", [&](std::string_view line) {
    const auto mount = parse_mount(line);
    if (mount && std::ranges::find(mounted_by_engines, mount->point) != mounted_by_engines.end())
      id = id_in(mount->root);
    return id.empty();
  });
  return id;
}

}  // namespace cspy::host
