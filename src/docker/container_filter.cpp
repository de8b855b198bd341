#include "docker/container_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <ranges>
#include <utility>

#include "base/glob.hpp"
#include "base/limits.hpp"
#include "base/signed_list.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy::docker {
namespace {

constexpr std::string_view compose_project{"com.docker.compose.project"};
constexpr std::string_view compose_service{"com.docker.compose.service"};
constexpr std::string_view swarm_service{"com.docker.swarm.service.name"};

constexpr std::size_t quote_bytes = 20;

Watched yes_or_no(bool watched) {
  return watched ? Watched::yes : Watched::no;
}

/// Whether the glob matches every text, also one that is not known.
bool matches_all(std::string_view glob) {
  return !glob.empty() && glob.find_first_not_of('*') == std::string_view::npos;
}

Watched matches_text(std::string_view glob, const std::optional<std::string>& text) {
  if (matches_all(glob)) return Watched::yes;
  return text ? yes_or_no(matches_glob(glob, *text)) : Watched::unknown;
}

}  // namespace

/// One rule, or one for each label that may hold what `text` names.
Result<std::vector<ContainerFilter::Rule>> ContainerFilter::parse_rule(bool take, std::string_view text) {
  const auto colon = text.find(':');  // no container has a name with one
  if (colon == std::string_view::npos)
    return std::vector<Rule>{{.take = take, .field = Field::name, .key = {}, .glob = std::string{text}}};
  const auto prefix = text.substr(0, colon);
  const auto rest = trimmed(text.substr(colon + 1));
  if (rest.empty()) return fail(Code::invalid, fmt::format("nothing follows '{}:'", printable(prefix, quote_bytes)));
  const std::string glob{rest};
  const auto of_label = [&](std::string_view key) {
    return Rule{.take = take, .field = Field::label, .key = std::string{key}, .glob = glob};
  };
  if (prefix == "name") return std::vector<Rule>{{.take = take, .field = Field::name, .key = {}, .glob = glob}};
  if (prefix == "image") return std::vector<Rule>{{.take = take, .field = Field::image, .key = {}, .glob = glob}};
  if (prefix == "project") return std::vector{of_label(compose_project)};
  if (prefix == "service") return std::vector{of_label(compose_service), of_label(swarm_service)};
  if (prefix == "label") {
    const auto equals = rest.find('=');
    const auto key = trimmed(rest.substr(0, equals));
    if (key.empty()) return fail(Code::invalid, "no key follows 'label:'");
    const bool any_value = equals == std::string_view::npos;
    return std::vector<Rule>{{.take = take,
                              .field = Field::label,
                              .key = std::string{key},
                              .glob = any_value ? "*" : std::string{trimmed(rest.substr(equals + 1))}}};
  }
  return fail(Code::invalid, fmt::format("unknown prefix '{}:' (known: name, image, label, project, service)",
                                         printable(prefix, quote_bytes)));
}

Result<ContainerFilter> ContainerFilter::parse(std::string_view list) {
  const auto words = parse_signed_list(list, limits::container_glob_bytes_max);
  if (!words) return std::unexpected{words.error()};
  ContainerFilter filter;
  for (const auto& word : *words) {
    if (word.is_none() || (&word == words->data() && !word.has_sign)) filter.rules_.clear();
    if (word.is_none()) continue;
    auto rules = parse_rule(word.take, word.text);
    if (!rules) return std::unexpected{std::move(rules).error()};
    if (filter.rules_.size() + rules->size() > limits::container_globs_max)
      return fail(Code::invalid, fmt::format("there are more than {} globs", limits::container_globs_max));
    std::ranges::move(*rules, std::back_inserter(filter.rules_));
  }
  return filter;
}

bool ContainerFilter::wants(std::string_view key) const {
  return key == enable_label ||
         std::ranges::any_of(rules_, [&](const Rule& rule) { return rule.field == Field::label && rule.key == key; });
}

Watched ContainerFilter::matches(const Rule& rule, const Traits& traits) {
  switch (rule.field) {
    case Field::name: return matches_text(rule.glob, traits.name);
    case Field::image: return matches_text(rule.glob, traits.image);
    case Field::label: break;
  }
  const auto found = traits.labels.find(rule.key);
  return yes_or_no(found != traits.labels.end() && matches_glob(rule.glob, found->second));
}

Watched ContainerFilter::judge(const Traits& traits) const {
  if (const auto enabled = traits.labels.find(enable_label);
      enabled != traits.labels.end() && lowered(trimmed(enabled->second)) == "false") {
    return Watched::no;
  }
  // The last rule that matches decides. Applying all rules in order gives the same result.
  for (const auto& rule : rules_ | std::views::reverse) {
    const auto matched = matches(rule, traits);
    if (matched == Watched::unknown) return Watched::unknown;
    if (matched == Watched::yes) return yes_or_no(rule.take);
  }
  return Watched::no;
}

}  // namespace cspy::docker
