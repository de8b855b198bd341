// Which Docker labels and which environment variables of containers become labels of their metrics.
//
// Made of the settings container_labels and container_env. It decides while an inspection is read, so that what is not
// wanted, above all the environment with its secrets, is not kept anywhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cspy::docker {

class LabelRules {
 public:
  /// Takes every label and no variable.
  LabelRules() = default;

  // Lists of globs, separated by commas and applied in their order: each adds what fits it or, with '-' or '!' in
  // front, takes it away; "none" takes away everything before it. Errors: invalid, with what is wrong; the rules stay.

  /// A list that is empty or begins with '-', '!' or '+' begins with all labels.
  [[nodiscard]] Result<void> set_labels(std::string_view list);
  /// It begins with nothing, so it may not begin by taking away.
  [[nodiscard]] Result<void> set_variables(std::string_view list);

  /// Whether a glob fits `key` as Docker has it, or as the metrics have it: "com.example.team" or "com_example_team".
  [[nodiscard]] bool take_label(std::string_view key) const;
  /// By the name as the container has it.
  [[nodiscard]] bool take_variable(std::string_view name) const;
  /// Whether take_variable() may say yes at all.
  [[nodiscard]] bool any_variable() const;

 private:
  struct Rule {
    bool take;
    std::string glob;
  };
  using Rules = std::vector<Rule>;

  /// `beginning`: of a list that is empty or begins with a sign.
  static Result<Rules> parse(std::string_view list, const Rules& beginning);

  Rules labels_{{.take = true, .glob = "*"}};
  Rules variables_;
};

}  // namespace cspy::docker
