// What events and lists change in the fleet. Pure.
#pragma once

#include <string>
#include <vector>

#include "docker/event.hpp"
#include "docker/list.hpp"
#include "metrics/fleet.hpp"

namespace cspy::docker {

/// Applies `event`. True: the container must be inspected, for it is new, began a run or was changed. An event that is
/// older than the run we know (it had waited while the container was inspected) changes nothing.
[[nodiscard]] bool apply(const Event& event, metrics::Fleet& fleet, Which which = Which::running);

/// Makes the fleet agree with a list: forgets what is not in it, takes over the health. Returns the ids to inspect:
/// those that are new, have another name, or began or ceased to run.
[[nodiscard]] std::vector<std::string> reconcile(const std::vector<Listed>& listed, metrics::Fleet& fleet);

}  // namespace cspy::docker
