// One answer of /containers/{id}/json, and the container it describes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/count.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "docker/engine.hpp"
#include "docker/label_rules.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::docker {

/// What is wanted of the answer, as the engine says it.
struct Inspection {
  std::string id;
  std::string name;                              ///< with its leading slash
  std::string image;                             ///< Config.Image: as it was configured
  std::map<std::string, std::string> labels;     ///< that the rules take, by Docker's keys
  std::map<std::string, std::string> variables;  ///< of the environment, that the rules take; no other is kept
  bool restarts_as_label = true;                 ///< the rules take cAdvisor's label restartcount
  std::string created, started;
  bool running = false;  ///< true also while paused
  bool restarting = false;
  std::uint64_t restart_count = 0;
  metrics::Health health = metrics::Health::none;

  std::string state;  ///< "running"; of Podman also "stopped" and others
  bool oom_killed = false;
  std::int64_t exit_code = 0;
  std::string finished;
  Count failing_streak;  ///< absent without a health check
  std::string image_id, image_digest;
  std::uint32_t pid = 0;

  std::int64_t memory_bytes = 0;
  std::int64_t memory_swap_bytes = 0;
  std::int64_t memory_reservation_bytes = 0;
  std::int64_t nano_cpus = 0;
  std::int64_t cpu_period_us = 0;
  std::int64_t cpu_quota_us = 0;
  std::int64_t cpu_shares = 0;
  std::string cgroup_parent;
  std::string network_mode;  ///< "host", "container:ID", "none", "default" or a network's name

  struct Ulimit {
    std::string name;
    std::int64_t soft = 0;
  };
  Ulimit ulimit;  ///< the one that is being read
  std::optional<std::int64_t> open_files_soft;
};

/// The environment is passed over as it arrives, but for the variables that `rules` take. Errors: malformed, also where
/// the id is none or a time is not RFC 3339.
[[nodiscard]] Result<Inspection> parse_inspect(std::string_view body, const LabelRules& rules = {});

/// The container with cAdvisor's labels and limits. Pure.
[[nodiscard]] metrics::Container make_container(const Engine& engine, const Inspection& inspection);

/// Whether `id` may be a container's id: it becomes part of paths.
[[nodiscard]] bool is_container_id(std::string_view id);

/// "healthy", "unhealthy", "starting", "none" or nothing, as cAdvisor counts them.
[[nodiscard]] metrics::Health parse_health(std::string_view status);

}  // namespace cspy::docker
