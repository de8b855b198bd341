// Which metrics are wanted. What nobody wants is neither read nor sent.
#pragma once

#include <bitset>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "metrics/catalogue.hpp"

namespace cspy::metrics {

class Selection {
 public:
  /// The groups that are on by default.
  Selection();

  /// Applies a list of groups and of globs over names of metrics, in its order, each added or, with '-' in front, taken
  /// away. "default" (where a list that begins with a subtraction begins), "all" and "none" are known too; a list that
  /// begins with an addition begins with nothing, unless with '+' in front. Errors: invalid, naming what fits nothing.
  [[nodiscard]] static Result<Selection> parse(std::string_view list);

  [[nodiscard]] bool has(const Metric& metric) const;
  /// Whether one metric of the group is wanted.
  [[nodiscard]] bool any(Group group) const;
  /// The parts of a sample that the wanted metrics need.
  [[nodiscard]] SampleParts parts() const;
  /// Whether something is wanted that, on this platform, only `need` gives while the named mounts are there.
  [[nodiscard]] bool needs(Need need, Platform platform, bool tree, bool proc) const;

 private:
  static constexpr std::size_t rows_max = 256;
  std::bitset<rows_max> rows_;
};

}  // namespace cspy::metrics
