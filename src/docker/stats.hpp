// One answer of /containers/{id}/stats as a sample.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "docker/engine.hpp"
#include "metrics/sample.hpp"

namespace cspy::docker {

/// The sample in `body`, with cAdvisor's arithmetic applied and Podman's deviations corrected. Devices have no names
/// yet, and the health is not set. nullopt: the engine has no sample because the container does not run. An error
/// object in a successful answer (Docker 27 and 28, Podman) becomes the error refused.
[[nodiscard]] Result<std::optional<metrics::Sample>> parse_stats(const Engine& engine, std::string_view body);

}  // namespace cspy::docker
