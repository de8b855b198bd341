#include "app/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "app/complete.hpp"
#include "base/utf8.hpp"

namespace cspy::app {
namespace {

constexpr std::size_t quote_bytes_max = 120;

/// Levenshtein's distance: how many letters to insert, drop or exchange.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto exchanged = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, exchanged});
    }
  }
  return row.back();
}

std::string complaint(const OptionRow& row, const Given& given, const Error& error) {
  return fmt::format("{} = '{}' ({}): {}", row.key, printable(row.shown(given.value), quote_bytes_max), given.source,
                     error.message);
}

class Resolver {
 public:
  Resolver(const GivenValues& command_line, const Environment& environment, const GivenValues& file)
      : command_line_{command_line}, environment_{environment}, file_{file} {}

  void resolve(const OptionRow& row) {
    auto [given, apply] = chosen(row);
    if (auto applied = apply(result.options, given.value); !applied) {
      result.mistakes.push_back(complaint(row, given, applied.error()));
    }
    result.values.emplace_back(&row, std::move(given));
  }

  /// What follows from several settings together.
  void complete() {
    for (const auto& [key, error] : app::complete(result.options)) {
      const auto found =
          std::ranges::find_if(result.values, [&](const auto& value) { return value.first->key == key; });
      result.mistakes.push_back(complaint(*found->first, found->second, error));
    }
    for (auto& [row, given] : result.values) {
      // The default depends on the protocol.
      if (row->key == "otlp_endpoint" && given.value.empty()) given.value = result.options.otlp_endpoint.text();
    }
  }

  Resolved result;

 private:
  struct Choice {
    Given given;
    Apply apply;
  };

  Choice chosen(const OptionRow& row) {
    if (const auto found = command_line_.find(row.key); found != command_line_.end()) return {found->second, row.apply};
    if (auto found = from_environment(row)) return {*std::move(found), row.apply};
    if (const auto found = file_.find(row.key); found != file_.end()) return {found->second, row.apply};
    if (auto found = from_ambient(row)) return *std::move(found);
    return {{.value = std::string{row.default_value}, .source = "default"}, row.apply};
  }

  [[nodiscard]] std::optional<Given> lookup(std::string_view name) const {
    auto value = environment_(name);
    if (!value || value->empty()) return std::nullopt;
    return Given{.value = std::move(*value), .source = fmt::format("environment variable {}", name)};
  }

  std::optional<Given> from_environment(const OptionRow& row) {
    for (const auto& [name, deprecated] : row.environment) {
      auto found = lookup(name);
      if (!found) continue;
      if (deprecated) {
        result.warnings.push_back(
            fmt::format("{} is a misspelling that still works: the name is {}", name, row.environment.front().name));
      }
      return found;
    }
    return std::nullopt;
  }

  std::optional<Choice> from_ambient(const OptionRow& row) {
    for (const auto& [name, mistakes, own_apply] : row.ambient) {
      auto found = lookup(name);
      if (!found) continue;
      const auto apply = own_apply != nullptr ? own_apply : row.apply;
      if (mistakes == AmbientName::Mistakes::told) return Choice{*std::move(found), apply};
      Options scratch;
      const auto applied = apply(scratch, found->value);
      if (applied) return Choice{*std::move(found), apply};
      result.warnings.push_back(complaint(row, *found, applied.error()) + "; it is passed over");
    }
    return std::nullopt;
  }

  const GivenValues& command_line_;
  const Environment& environment_;
  const GivenValues& file_;
};

}  // namespace

Resolved resolve(const GivenValues& command_line, const Environment& environment, const GivenValues& file) {
  Resolver resolver{command_line, environment, file};
  for (const auto& row : option_table())
    resolver.resolve(row);
  resolver.complete();
  return std::move(resolver.result);
}

std::optional<std::string_view> nearest_key(std::string_view word) {
  std::optional<std::string_view> nearest;
  // A third of the letters may be wrong; beyond that a suggestion is a guess.
  std::size_t best = std::min<std::size_t>(word.size(), quote_bytes_max) / 3 + 1;
  for (const auto& row : option_table()) {
    const auto distance = edit_distance(word.substr(0, quote_bytes_max), row.key);
    if (distance < best) {
      best = distance;
      nearest = row.key;
    }
  }
  return nearest;
}

}  // namespace cspy::app
