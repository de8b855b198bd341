#include "docker/label_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <utility>

#include "base/glob.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "metrics/labels.hpp"

namespace cspy::docker {

Result<LabelRules::Rules> LabelRules::parse(std::string_view list, const Rules& beginning) {
  std::optional<Rules> begun;
  for (auto word : split(list, ',')) {
    word = trimmed(word);
    if (word.empty()) continue;
    const char sign = word.front();
    const bool takes_away = sign == '-' || sign == '!';
    const bool signed_word = takes_away || sign == '+';
    const auto glob = signed_word ? trimmed(word.substr(1)) : word;
    if (glob.empty()) return fail(Code::invalid, fmt::format("nothing follows '{}'", sign));
    if (glob.size() > limits::label_key_bytes_max) {
      return fail(Code::invalid,
                  fmt::format("'{}...' is longer than {} bytes", printable(glob, 20), limits::label_key_bytes_max));
    }
    if (!begun) begun = signed_word ? beginning : Rules{};
    auto& rules = *begun;
    if (glob == "none" && !signed_word) {
      rules.clear();
      continue;
    }
    if (rules.size() >= limits::label_globs_max) {
      return fail(Code::invalid, fmt::format("there are more than {} globs", limits::label_globs_max));
    }
    rules.push_back({.take = !takes_away, .glob = std::string{glob}});
  }
  return begun.value_or(beginning);
}

Result<void> LabelRules::set_labels(std::string_view list) {
  auto rules = parse(list, {{.take = true, .glob = "*"}});
  if (!rules) return std::unexpected{std::move(rules).error()};
  labels_ = *std::move(rules);
  return {};
}

Result<void> LabelRules::set_variables(std::string_view list) {
  auto rules = parse(list, {});
  if (!rules) return std::unexpected{std::move(rules).error()};
  if (!rules->empty() && !rules->front().take) {
    return fail(Code::invalid,
                "the list starts with a removal, but there is nothing to remove yet: first name what to include");
  }
  if (std::ranges::any_of(*rules, [](const Rule& rule) { return rule.glob.contains('='); })) {
    return fail(Code::invalid, "expected names of variables, without '='");
  }
  variables_ = *std::move(rules);
  return {};
}

bool LabelRules::take_label(std::string_view key) const {
  const auto name = metrics::label_name("", key);
  // The last rule that matches decides. Applying all rules in order gives the same result.
  for (const auto& [take, glob] : labels_ | std::views::reverse) {
    if (matches_glob(glob, key) || matches_glob(glob, name)) return take;
  }
  return false;
}

bool LabelRules::take_variable(std::string_view name) const {
  for (const auto& [take, glob] : variables_ | std::views::reverse) {
    if (matches_glob(glob, name)) return take;
  }
  return false;
}

bool LabelRules::any_variable() const {
  return std::ranges::any_of(variables_, &Rule::take);
}

}  // namespace cspy::docker
