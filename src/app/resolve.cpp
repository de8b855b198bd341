#include "app/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "app/derived_options.hpp"
#include "base/utf8.hpp"

namespace cspy::app {
namespace {

/// The Levenshtein distance: how many letters to insert, remove or replace.
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
    auto [given, set] = choose(row);
    if (auto valid = set(result.options, given.value); !valid) {
      result.mistakes.push_back(complaint(row, given, valid.error()));
    }
    result.values.emplace_back(&row, std::move(given));
  }

  void derive() {
    const auto derived = derive_options(result.options);
    for (const auto& [key, error] : derived.mistakes)
      result.mistakes.push_back(complaint_about(key, error));
    for (const auto& [key, error] : derived.unused)
      result.notes.push_back(complaint_about(key, error) + "; nothing uses it");
    for (auto& [row, given] : result.values) {
      // Its default depends on the protocol, so the table does not have it.
      if (row->key == "otlp_endpoint" && given.value.empty()) given.value = result.options.otlp_endpoint.text();
    }
  }

  Resolved result;

 private:
  [[nodiscard]] std::string complaint_about(std::string_view key, const Error& error) const {
    const auto found = std::ranges::find_if(result.values, [&](const auto& value) { return value.first->key == key; });
    return complaint(*found->first, found->second, error);
  }

  struct Chosen {
    Given given;
    Setter set;
  };

  Chosen choose(const OptionRow& row) {
    if (const auto found = command_line_.find(row.key); found != command_line_.end()) return {found->second, row.set};
    if (auto found = from_environment(row)) return {*std::move(found), row.set};
    if (const auto found = file_.find(row.key); found != file_.end()) return {found->second, row.set};
    if (auto found = from_ambient(row)) return *std::move(found);
    return {{.value = std::string{row.default_value}, .source = "default"}, row.set};
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
            fmt::format("{} is misspelt and deprecated: use {}", name, row.environment.front().name));
      }
      return found;
    }
    return std::nullopt;
  }

  std::optional<Chosen> from_ambient(const OptionRow& row) {
    for (const auto& [name, check, own_set] : row.ambient) {
      auto found = lookup(name);
      if (!found) continue;
      const auto set = own_set != nullptr ? own_set : row.set;
      if (check == AmbientName::Check::strict) return Chosen{*std::move(found), set};
      Options scratch;
      const auto valid = set(scratch, found->value);
      if (valid) return Chosen{*std::move(found), set};
      result.warnings.push_back(complaint(row, *found, valid.error()) + "; the variable is ignored");
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
  resolver.derive();
  return std::move(resolver.result);
}

std::string_view leading_name(std::string_view text) {
  return text.substr(0, text.find_first_of(" \t\r\n\"'=:,;"));
}

std::optional<std::string_view> nearest_key(std::string_view word) {
  std::optional<std::string_view> nearest;
  // At most a third of the letters may be wrong. With more, a suggestion would be a guess.
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
