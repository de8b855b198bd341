#include "docker/excluded.hpp"

#include <functional>
#include <utility>

#include "base/limits.hpp"

namespace cspy::docker {

void Excluded::add(const std::string& id, std::string name) {
  if (names_.size() < limits::containers_max || names_.contains(id)) names_.insert_or_assign(id, std::move(name));
}

void Excluded::remove(std::string_view id) {
  if (const auto found = names_.find(id); found != names_.end()) names_.erase(found);
}

void Excluded::take(const Event& event, bool leaves, bool was_watched) {
  const bool gone =
      event.action == "destroy" || event.action == "remove" || (event.action == "die" && which_ == Which::running);
  // A new name alone does not say that the container runs.
  const bool exists = event.action != "rename" || which_ == Which::all || was_watched || contains(event.id);
  if (leaves && exists) {
    add(event.id, event.name);
  } else if (gone || (event.action == "rename" && event.watched != Watched::no)) {
    remove(event.id);
  }
}

void Excluded::take(std::vector<Listed>& listed, const Touched& touched) {
  auto before = std::exchange(names_, {});
  for (auto& container : listed) {
    const auto known = before.find(container.id);
    if (known != before.end() && known->second == container.name) container.watched = Watched::no;
    if (container.watched == Watched::no && !touched.contains(container.id)) add(container.id, container.name);
  }
  for (auto& [id, name] : before) {
    if (touched.contains(id)) add(id, std::move(name));
  }
}

}  // namespace cspy::docker
