// Which metrics are wanted. Unwanted metrics are neither read nor sent.
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

  /// Applies a list of groups and globs over metric names, in order. Each adds metrics; with '-' or '!' in front it
  /// removes them. The list also takes "default", "all" and "none". A list starts from the default if its first word
  /// has a sign, '+' included; otherwise it starts empty. Errors: invalid, with the word that matches nothing.
  [[nodiscard]] static Result<Selection> parse(std::string_view list);

  [[nodiscard]] bool has(const Metric& metric) const;
  /// Whether at least one metric of the group is wanted.
  [[nodiscard]] bool any(Group group) const;
  /// The parts of a sample that the wanted metrics need.
  [[nodiscard]] SampleParts parts() const;
  /// Whether, on this platform and with the named mounts present, a wanted metric can only come from `need`.
  [[nodiscard]] bool needs(Need need, Platform platform, bool tree, bool proc) const;

 private:
  static constexpr std::size_t rows_max = 256;
  std::bitset<rows_max> rows_;
};

}  // namespace cspy::metrics
