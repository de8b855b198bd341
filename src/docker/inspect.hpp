// One answer of /containers/{id}/json, and the container that it describes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/count.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "docker/container_filter.hpp"
#include "docker/engine.hpp"
#include "docker/label_rules.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::docker {

/// The wanted parts of the answer, as the engine writes them.
struct Inspection {
  std::string id;
  std::string name;                              ///< with its leading slash
  std::string image;                             ///< Config.Image: as the user configured it
  std::map<std::string, std::string> labels;     ///< those that the rules select, by Docker's keys
  std::map<std::string, std::string> variables;  ///< environment variables that the rules select; no others are kept
  Watched watched = Watched::yes;                ///< never unknown
  bool restarts_as_label = true;                 ///< the rules select cAdvisor's label restartcount
  std::string created, started;
  bool running = false;  ///< true also while paused
  bool restarting = false;
  std::uint64_t restart_count = 0;
  metrics::Health health = metrics::Health::none;

  std::string state;  ///< "running"; Podman also has "stopped" and others
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

/// Skips the environment as it arrives, except the variables that `rules` select. Errors: malformed, also if the id is
/// not a container id or a time is not RFC 3339.
[[nodiscard]] Result<Inspection> parse_inspect(std::string_view body, const LabelRules& rules = {},
                                               const ContainerFilter& filter = {});

/// The container with cAdvisor's labels and limits. Pure.
[[nodiscard]] metrics::Container make_container(const Engine& engine, const Inspection& inspection);

/// Whether `id` may be a container's id. Ids become part of paths.
[[nodiscard]] bool is_container_id(std::string_view id);

/// "healthy", "unhealthy", "starting", "none" or empty, with the numbers that cAdvisor uses.
[[nodiscard]] metrics::Health parse_health(std::string_view status);

}  // namespace cspy::docker
