// How events and lists change the fleet. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "docker/event.hpp"
#include "docker/list.hpp"
#include "metrics/fleet.hpp"

namespace cspy::docker {

/// Applies `event`. True: the container must be inspected, because it is new, began a run or changed. An event from
/// before the current run changes nothing: it waited while the container was inspected.
[[nodiscard]] bool apply(const Event& event, metrics::Fleet& fleet, Which which = Which::running);

/// Makes the fleet match a list: forgets containers that are not in it, and updates the health. Returns the ids to
/// inspect: containers that are new, have another name or another health, or began or ceased to run. `touched`: ids of
/// containers that changed after the list was asked for. What it says about them may be outdated, so they are
/// inspected.
[[nodiscard]] std::vector<std::string> reconcile(const std::vector<Listed>& listed, metrics::Fleet& fleet,
                                                 const std::set<std::string>& touched = {});

}  // namespace cspy::docker
