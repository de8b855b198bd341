// The labels of a container, with cAdvisor's names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cspy::metrics {

/// An immutable, ordered set of labels in one block of memory: a fleet holds one for each container, for as long as the
/// container runs, and a map of strings would take four times as much.
class LabelSet {
 public:
  /// The most that a key or a value may have: lengths are kept in 16 bits.
  static constexpr std::size_t part_bytes_max = 65'535;

  LabelSet() = default;
  /// Takes labels in the order in which they shall be walked. A key that comes twice keeps its first value; a label
  /// with an empty value is left out, which Prometheus defines as the same thing.
  explicit LabelSet(const std::vector<std::pair<std::string, std::string>>& labels);

  /// Calls `visit(std::string_view key, std::string_view value)` for each label.
  template<class Visit>
  void for_each(Visit&& visit) const {
    for (std::string_view rest = packed_; !rest.empty();) {
      const auto key = take(rest);
      const auto value = take(rest);
      visit(key, value);
    }
  }

  /// These labels, with `value` as that of `key`, which they have.
  [[nodiscard]] LabelSet with(std::string_view key, std::string_view value) const;
  /// The value of `key`, empty where there is none.
  [[nodiscard]] std::string_view get(std::string_view key) const;
  /// Memory of the block: about what one encoded point takes for its labels.
  [[nodiscard]] std::size_t bytes() const { return packed_.size(); }
  bool operator==(const LabelSet&) const = default;

 private:
  static std::string_view take(std::string_view& rest);

  std::string packed_;  // for each part: its length in two bytes, its bytes
};

/// `prefix` and `key`, every character of the key outside [a-zA-Z0-9_] replaced by one '_', as cAdvisor does.
[[nodiscard]] std::string label_name(std::string_view prefix, std::string_view key);
/// The label of a Docker label: "container_label_com_example_team".
[[nodiscard]] std::string container_label_name(std::string_view docker_key);
/// The label of an environment variable, in lower case as in cAdvisor: "container_env_region".
[[nodiscard]] std::string container_env_name(std::string_view variable);

}  // namespace cspy::metrics
