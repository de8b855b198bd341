// The containers that exist but are not watched, because the filter excludes them. Pure.
//
// Lists and events report most of them. If they do not report enough, an inspection has to tell. It holds for as long
// as the container has the same name: neither its image nor its labels ever change.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "docker/changes.hpp"
#include "docker/event.hpp"
#include "docker/list.hpp"
#include "docker/which.hpp"

namespace cspy::docker {

class Excluded {
 public:
  explicit Excluded(Which which) : which_{which} {}

  /// `leaves`: the event excludes the container. `was_watched`: it was watched until then, or was about to be.
  void take(const Event& event, bool leaves, bool was_watched);
  /// Replaces all by those of a list, except those that `touched` names. Corrects what the list says about containers
  /// that an inspection has excluded.
  void take(std::vector<Listed>& listed, const Touched& touched);
  /// An inspection has excluded it. Ignored if there are too many (limits::containers_max).
  void add(const std::string& id, std::string name);
  void remove(std::string_view id);

  [[nodiscard]] bool contains(std::string_view id) const { return names_.contains(id); }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  Which which_;
  std::map<std::string, std::string, std::less<>> names_;  ///< by id
};

}  // namespace cspy::docker
