#include "app/engine_place.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace cspy::app {

std::vector<std::string> engine_places(const Environment& environment) {
  // /run and /var/run are one directory on a host, but people mount either into a container.
  std::vector<std::string> places{"/var/run/docker.sock", "/run/podman/podman.sock", "/var/run/podman/podman.sock"};
  if (const auto runtime = environment("XDG_RUNTIME_DIR"); runtime && runtime->starts_with('/')) {
    for (const auto* const name : {"/docker.sock", "/podman/podman.sock"})
      places.push_back(*runtime + name);
  }
  std::erase_if(places, [](const std::string& place) { return !parse_engine_address(place); });
  return places;
}

bool is_socket(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

std::optional<std::string> find_engine(Resolved& resolved, const Environment& environment,
                                       const std::function<bool(const std::string&)>& exists) {
  const auto setting =
      std::ranges::find_if(resolved.values, [](const auto& value) { return value.first->key == "docker_socket"; });
  if (setting == resolved.values.end() || setting->second.source != "default") return std::nullopt;
  const auto places = engine_places(environment);
  const auto found = std::ranges::find_if(places, exists);
  if (found == places.end()) return std::nullopt;
  resolved.options.docker_socket = *parse_engine_address(*found);
  setting->second = {.value = *found, .source = "found: the first usual place with a socket"};
  return *found;
}

}  // namespace cspy::app
