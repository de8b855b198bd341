// One line of /events.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"

namespace cspy::docker {

struct Event {
  std::string id;      ///< of the container
  std::string action;  ///< "start", "die", "health_status: healthy"
  UnixNanos time = 0;
};

/// Errors: malformed. An event without an id or an action is malformed; unknown actions are not.
[[nodiscard]] Result<Event> parse_event(std::string_view line);

/// The query of /events: only what changes the fleet, so that the three events of every health check stay at the
/// engine. (With health_status among them the engine compares prefixes, which none of theirs shares.)
inline constexpr std::string_view events_query =
    R"(filters=%7B%22type%22%3A%5B%22container%22%5D%2C%22event%22%3A%5B%22start%22%2C%22die%22%2C%22destroy%22%2C%22rename%22%2C%22update%22%2C%22health_status%22%5D%7D)";

}  // namespace cspy::docker
