#include "docker/changes.hpp"

#include <set>
#include <string_view>

#include "docker/inspect.hpp"

namespace cspy::docker {

bool apply(const Event& event, metrics::Fleet& fleet) {
  constexpr std::string_view health_prefix{"health_status: "};
  const auto* known = fleet.find(event.id);
  const bool outdated = known != nullptr && event.time != 0 && event.time < known->container->started;
  if (event.action == "destroy") {
    fleet.remove(event.id);
    return false;
  }
  if (outdated) return false;
  if (event.action == "die") {
    fleet.remove(event.id);
    return false;
  }
  if (event.action.starts_with(health_prefix)) {
    fleet.set_health(event.id, parse_health(std::string_view{event.action}.substr(health_prefix.size())));
    return false;
  }
  return event.action == "start" || (known != nullptr && (event.action == "rename" || event.action == "update"));
}

std::vector<std::string> reconcile(const std::vector<Listed>& listed, metrics::Fleet& fleet) {
  std::set<std::string_view> ids;
  std::vector<std::string> inspect;
  for (const auto& container : listed) {
    ids.insert(container.id);
    const auto* known = fleet.find(container.id);
    if (known == nullptr || known->container->name != container.name) {
      inspect.push_back(container.id);
    } else {
      fleet.set_health(container.id, parse_health(container.health));
    }
  }
  std::vector<std::string> gone;
  for (const auto& [id, entry] : fleet.entries()) {
    if (!ids.contains(id)) gone.push_back(id);
  }
  for (const auto& id : gone)
    fleet.remove(id);
  return inspect;
}

}  // namespace cspy::docker
