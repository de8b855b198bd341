// The labels of a container, with cAdvisor's names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cspy::metrics {

/// An immutable, ordered set of labels in one block of memory. The fleet holds one for each container, and a map of
/// strings would take four times as much memory.
class LabelSet {
 public:
  /// The longest key or value: lengths are stored in 16 bits.
  static constexpr std::size_t part_bytes_max = 65'535;

  LabelSet() = default;
  /// Keeps the order of the labels. If a key comes twice, keeps its first value. Leaves out labels with an empty value:
  /// Prometheus treats an empty value as a missing label.
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

  /// These labels with another `value` for `key`. REQUIRES: they have `key`.
  [[nodiscard]] LabelSet with(std::string_view key, std::string_view value) const;
  /// The value of `key`; empty if there is none.
  [[nodiscard]] std::string_view get(std::string_view key) const;
  /// Bytes of the block: about as much as the labels take in one encoded point.
  [[nodiscard]] std::size_t bytes() const { return packed_.size(); }
  bool operator==(const LabelSet&) const = default;

 private:
  static std::string_view take(std::string_view& rest);

  std::string packed_;  // for each part: its length in two bytes, then its bytes
};

/// `prefix` and `key`. Each character of the key outside [a-zA-Z0-9_] becomes one '_', as in cAdvisor.
[[nodiscard]] std::string label_name(std::string_view prefix, std::string_view key);
/// The label for a Docker label: "container_label_com_example_team".
[[nodiscard]] std::string container_label_name(std::string_view docker_key);
/// The label for an environment variable, in lower case as in cAdvisor: "container_env_region".
[[nodiscard]] std::string container_env_name(std::string_view variable);

}  // namespace cspy::metrics
