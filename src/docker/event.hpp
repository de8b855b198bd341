// One line of /events.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "docker/which.hpp"

namespace cspy::docker {

struct Event {
  std::string id;      ///< of the container
  std::string action;  ///< "start", "die", "health_status: healthy"
  UnixNanos time = 0;
  bool oom_killed = false;  ///< Podman's word about a death; it has no event for that
};

/// Errors: malformed. An event without an id or an action is malformed; unknown actions are not.
[[nodiscard]] Result<Event> parse_event(std::string_view line);

/// The query of /events: only what changes the fleet, so that the three events of every health check stay at the
/// engine. (With health_status among them the engine compares prefixes, which none of theirs shares.)
[[nodiscard]] std::string events_query(Which which);

/// The query of /events for the kills for want of memory that the engine still knows of; it keeps its last 256 events.
[[nodiscard]] std::string oom_history_query(UnixNanos since, UnixNanos until);

}  // namespace cspy::docker
