// The answer of /containers/json, read as it arrives: with thousands of containers it is megabytes long.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json_reader.hpp"
#include "docker/container_filter.hpp"
#include "docker/which.hpp"

namespace cspy::docker {

/// One container of the list.
struct Listed {
  std::string id;
  std::string name;    ///< without the leading slash
  std::string health;  ///< "healthy", "unhealthy", "starting"; empty if the container has no health check
  bool runs = true;    ///< also while paused, but not between two runs
  Watched watched = Watched::yes;
};

class ListReader {
 public:
  explicit ListReader(Which which = Which::running, ContainerFilter filter = {});
  ListReader(const ListReader&) = delete;
  ListReader& operator=(const ListReader&) = delete;

  [[nodiscard]] Result<void> feed(std::string_view part) { return reader_.feed(part); }
  /// The containers, at most limits::containers_max. With Which::running, only those that run.
  [[nodiscard]] Result<std::vector<Listed>> finish();

  /// One container of the list as the engine writes it. Public for the schema only.
  struct Entry {
    std::string id, state, status, health, image;
    std::vector<std::string> names;
    std::map<std::string, std::string, std::less<>> labels;  ///< those that the filter wants
  };
  struct Target {
    Which which;
    ContainerFilter filter;
    Entry entry;
    std::vector<Listed> listed;
  };

 private:
  Target target_;
  json::Reader reader_;
};

}  // namespace cspy::docker
