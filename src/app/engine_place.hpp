// Finds the engine's socket if no setting names one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/resolve.hpp"

namespace cspy::app {

/// The usual places, the most likely first: Docker's, Podman's, those of a rootless Docker and Podman. Absolute paths
/// that are valid as addresses of an engine.
[[nodiscard]] std::vector<std::string> engine_places(const Environment& environment);

/// Whether the path is a socket, perhaps behind links.
[[nodiscard]] bool is_socket(const std::string& path);

/// If docker_socket has its default, sets it to the first usual place that is a socket, in the options and in the
/// values with their sources. Returns that path. If there is none, or if a setting or DOCKER_HOST names the engine,
/// changes nothing and returns nullopt.
std::optional<std::string> find_engine(Resolved& resolved, const Environment& environment,
                                       const std::function<bool(const std::string&)>& exists = is_socket);

}  // namespace cspy::app
