// The answer of /containers/json, read as it arrives: with thousands of containers it has megabytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json_reader.hpp"

namespace cspy::docker {

/// One running container of the list.
struct Listed {
  std::string id;
  std::string name;    ///< without the leading slash
  std::string health;  ///< "healthy", "unhealthy", "starting"; empty where the container has no check
};

class ListReader {
 public:
  ListReader();
  ListReader(const ListReader&) = delete;
  ListReader& operator=(const ListReader&) = delete;

  [[nodiscard]] Result<void> feed(std::string_view part) { return reader_.feed(part); }
  /// The running containers (paused ones too), without those that are between two runs.
  [[nodiscard]] Result<std::vector<Listed>> finish();

  /// What a container of the list says; public for the schema only.
  struct Entry {
    std::string id, state, status, health;
    std::vector<std::string> names;
  };
  struct Target {
    Entry entry;
    std::vector<Listed> running;
  };

 private:
  Target target_;
  json::Reader reader_;
};

}  // namespace cspy::docker
