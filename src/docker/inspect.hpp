// One answer of /containers/{id}/json, and the container it describes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "docker/engine.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::docker {

/// What is wanted of the answer, as the engine says it. The environment is not read at all.
struct Inspection {
  std::string id;
  std::string name;   ///< with its leading slash
  std::string image;  ///< Config.Image: as it was configured
  std::map<std::string, std::string> labels;
  std::string created, started;
  bool running = false;  ///< true also while paused
  bool restarting = false;
  std::uint64_t restart_count = 0;
  metrics::Health health = metrics::Health::none;

  std::int64_t memory_bytes = 0;
  std::int64_t nano_cpus = 0;
  std::int64_t cpu_period_us = 0;
  std::int64_t cpu_quota_us = 0;
  std::int64_t cpu_shares = 0;
  std::string cgroup_parent;
};

/// Errors: malformed, also where the id is none or a time is not RFC 3339.
[[nodiscard]] Result<Inspection> parse_inspect(std::string_view body);

/// The container with cAdvisor's labels and limits. Pure.
[[nodiscard]] std::shared_ptr<const metrics::Container> make_container(const Engine& engine,
                                                                       const Inspection& inspection);

/// Whether `id` may be a container's id: it becomes part of paths.
[[nodiscard]] bool is_container_id(std::string_view id);

/// "healthy", "unhealthy", "starting", "none" or nothing, as cAdvisor counts them.
[[nodiscard]] metrics::Health parse_health(std::string_view status);

}  // namespace cspy::docker
