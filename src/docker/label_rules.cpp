#include "docker/label_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>
#include <utility>

#include "base/glob.hpp"
#include "base/limits.hpp"
#include "base/signed_list.hpp"
#include "base/utf8.hpp"
#include "metrics/labels.hpp"

namespace cspy::docker {
namespace {

struct LabelSetName {
  std::string_view name;
  std::array<std::string_view, 4> keys;
};
constexpr std::array<LabelSetName, 2> label_sets{
    {{"@compose", {"com.docker.compose.project", "com.docker.compose.service", "com.docker.compose.container-number"}},
     {"@swarm",
      {"com.docker.stack.namespace", "com.docker.swarm.service.name", "com.docker.swarm.task.name",
       "com.docker.swarm.node.id"}}}};

/// The keys of the set that `glob` names, or the glob itself.
Result<std::vector<std::string_view>> expanded(std::string_view glob) {
  if (!glob.starts_with('@')) return std::vector{glob};
  const auto* const found = std::ranges::find(label_sets, glob, &LabelSetName::name);
  if (found == label_sets.end()) {
    return fail(Code::invalid, fmt::format("unknown set '{}' (known: @compose, @swarm)", printable(glob, 20)));
  }
  std::vector<std::string_view> keys{found->keys.begin(), found->keys.end()};
  std::erase(keys, std::string_view{});
  return keys;
}

}  // namespace

Result<LabelRules::Rules> LabelRules::parse(std::string_view list, const Rules& beginning, bool sets) {
  const auto words = parse_signed_list(list, limits::label_key_bytes_max);
  if (!words) return std::unexpected{words.error()};
  std::optional<Rules> begun;
  for (const auto& word : *words) {
    if (!begun) begun = word.has_sign ? beginning : Rules{};
    auto& rules = *begun;
    if (word.is_none()) {
      rules.clear();
      continue;
    }
    const auto globs = sets ? expanded(word.text) : std::vector{word.text};
    if (!globs) return std::unexpected{globs.error()};
    if (rules.size() + globs->size() > limits::label_globs_max) {
      return fail(Code::invalid, fmt::format("there are more than {} globs", limits::label_globs_max));
    }
    for (const auto one : *globs)
      rules.push_back({.take = word.take, .glob = std::string{one}});
  }
  return begun.value_or(beginning);
}

Result<void> LabelRules::set_labels(std::string_view list) {
  auto rules = parse(list, {{.take = true, .glob = "*"}}, true);
  if (!rules) return std::unexpected{std::move(rules).error()};
  labels_ = *std::move(rules);
  return {};
}

Result<void> LabelRules::set_variables(std::string_view list) {
  auto rules = parse(list, {}, false);
  if (!rules) return std::unexpected{std::move(rules).error()};
  if (!rules->empty() && !rules->front().take) {
    return fail(Code::invalid,
                "the list starts with a removal, but there is nothing to remove yet: first name what to include");
  }
  if (std::ranges::any_of(*rules,
                          [](const Rule& rule) { return rule.glob.find_first_of("=@") != std::string::npos; })) {
    return fail(Code::invalid, "expected names of variables, without '=' or '@'");
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
