// How events and lists change the fleet. Pure.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "docker/event.hpp"
#include "docker/list.hpp"
#include "metrics/fleet.hpp"

namespace cspy::docker {

/// Applies `event`. True: the container must be inspected, because it is new, began a run or changed. An event from
/// before the current run changes nothing: it waited while the container was inspected. Removes a container that the
/// event excludes.
[[nodiscard]] bool apply(const Event& event, metrics::Fleet& fleet, Which which = Which::running);

/// Ids of containers that changed after a list was asked for. true: inspect it; false: it is excluded.
using Touched = std::map<std::string, bool, std::less<>>;

/// Makes the fleet match a list: forgets containers that are not in it or are excluded, and updates the health. Returns
/// the ids to inspect: containers that are new, have another name or another health, or began or ceased to run. What
/// the list says about `touched` may be outdated, so they are inspected unless they are excluded.
[[nodiscard]] std::vector<std::string> reconcile(const std::vector<Listed>& listed, metrics::Fleet& fleet,
                                                 const Touched& touched = {});

}  // namespace cspy::docker
