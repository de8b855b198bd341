// One line of /events.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "docker/container_filter.hpp"
#include "docker/which.hpp"

namespace cspy::docker {

struct Event {
  std::string id;      ///< of the container
  std::string action;  ///< "start", "die", "health_status: healthy"
  UnixNanos time = 0;
  bool oom_killed = false;  ///< Podman reports it with the death; it has no OOM event
  std::string name = {};    ///< of the container, now; empty if the event does not report it
  Watched watched = Watched::yes;
  Watched watched_before = Watched::yes;  ///< with "rename": under the old name

  /// Whether it is a beginning or a new name of a container that is excluded. Other events change neither.
  [[nodiscard]] bool excludes() const {
    return watched == Watched::no && (action == "start" || action == "create" || action == "rename");
  }
};

/// Errors: malformed, also for an event without an id or an action. Unknown actions are not errors.
[[nodiscard]] Result<Event> parse_event(std::string_view line, const ContainerFilter& filter = {});

/// The query of /events: only events that change the fleet. So the engine does not send the three events of every
/// health check. (With health_status in the filter, the engine compares prefixes. The three events do not share that
/// prefix.)
[[nodiscard]] std::string events_query(Which which);

/// The query of /events for the OOM kills that the engine still remembers. It keeps its last 256 events.
[[nodiscard]] std::string oom_history_query(UnixNanos since, UnixNanos until);

}  // namespace cspy::docker
