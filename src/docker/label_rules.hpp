// Which Docker labels and environment variables of containers become labels of their metrics.
//
// Built from the settings container_labels and container_env. The rules decide while an inspection is read. So unwanted
// values are never kept, above all the environment with its secrets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cspy::docker {

class LabelRules {
 public:
  /// Selects every label and no variable.
  LabelRules() = default;

  // Lists of globs, separated by commas and applied in order. Each adds what it matches; with '-' or '!' in front it
  // removes that. "none" removes everything before it. Errors: invalid, with the reason; the rules stay as they were.

  /// A list that is empty or starts with '-', '!' or '+' starts from all labels. "@compose" and "@swarm" stand for the
  /// labels that people use of Docker Compose and Swarm: project, service and number of the container; stack, service,
  /// task and node.
  [[nodiscard]] Result<void> set_labels(std::string_view list);
  /// The list starts empty, so it may not start with a removal.
  [[nodiscard]] Result<void> set_variables(std::string_view list);

  /// Whether a glob matches `key` as Docker writes it or as the metrics do: "com.example.team" or "com_example_team".
  [[nodiscard]] bool take_label(std::string_view key) const;
  /// `name` as the container has it.
  [[nodiscard]] bool take_variable(std::string_view name) const;
  /// Whether take_variable() can return true at all.
  [[nodiscard]] bool any_variable() const;

 private:
  struct Rule {
    bool take;
    std::string glob;
  };
  using Rules = std::vector<Rule>;

  /// `beginning`: the rules that a list starts from if it is empty or starts with a sign.
  /// `sets`: whether names of sets are known.
  static Result<Rules> parse(std::string_view list, const Rules& beginning, bool sets);

  Rules labels_{{.take = true, .glob = "*"}};
  Rules variables_;
};

}  // namespace cspy::docker
