#include "docker/changes.hpp"

#include <set>
#include <string_view>

#include "docker/inspect.hpp"

namespace cspy::docker {

bool apply(const Event& event, metrics::Fleet& fleet, Which which) {
  constexpr std::string_view health_prefix{"health_status: "};
  const auto* known = fleet.find(event.id);
  const bool outdated = known != nullptr && event.time != 0 && event.time < known->container->started;
  if (event.action == "destroy" || event.action == "remove") {  // Podman says "remove"
    fleet.remove(event.id);
    fleet.oom_kills().forget(event.id);
    return false;
  }
  const bool excluded = known == nullptr && event.watched == Watched::no;
  if ((event.action == "oom" || event.oom_killed) && !excluded)
    fleet.oom_kills().add_event(event.id, event.time, known == nullptr || outdated ? 0 : known->container->started);
  if (outdated) return false;
  if (event.excludes()) {
    fleet.remove(event.id);
    return false;
  }
  if (event.action == "die") {
    // The caller still wants to see how it ended. Until an inspection shows that, the container counts as running.
    if (which == Which::all) return !excluded;
    fleet.remove(event.id);
    return false;
  }
  if (event.action.starts_with(health_prefix)) {
    fleet.set_health(event.id, parse_health(std::string_view{event.action}.substr(health_prefix.size())));
    return known != nullptr;
  }
  return event.action == "start" || event.action == "create" ||
         (event.action == "rename" && event.watched_before != Watched::yes) ||
         (known != nullptr && (event.action == "rename" || event.action == "oom" || event.action == "update" ||
                               event.action == "pause" || event.action == "unpause"));
}

std::vector<std::string> reconcile(const std::vector<Listed>& listed, metrics::Fleet& fleet, const Touched& touched) {
  std::set<std::string_view> ids;
  std::vector<std::string> inspect;
  for (const auto& [id, watched] : touched) {
    if (watched) inspect.push_back(id);
  }
  for (const auto& container : listed) {
    if (container.watched == Watched::no) continue;
    ids.insert(container.id);
    if (touched.contains(container.id)) continue;
    const auto* known = fleet.find(container.id);
    const bool changed = known == nullptr || known->container->name != container.name ||
                         container.runs != (known->container->subject == metrics::Subject::container) ||
                         (container.runs && known->health != parse_health(container.health));
    if (changed) inspect.push_back(container.id);
    fleet.set_health(container.id, parse_health(container.health));
  }
  std::vector<std::string> gone;
  for (const auto& [id, entry] : fleet.entries()) {
    if (!ids.contains(id) && !touched.contains(id)) gone.push_back(id);
  }
  for (const auto& id : gone)
    fleet.remove(id);
  return inspect;
}

}  // namespace cspy::docker
