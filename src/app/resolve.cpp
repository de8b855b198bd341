#include "app/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "app/derived_options.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
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

/// Finds the most similar of several candidates.
class Nearest {
 public:
  /// At most a third of the letters may be wrong. With more, a suggestion would be a guess.
  explicit Nearest(std::string_view word) : word_{word.substr(0, quote_bytes_max)}, best_{word_.size() / 3 + 1} {}

  /// `meant`: what to suggest if `candidate` is the most similar. Returns whether it is, so far.
  bool consider(std::string_view candidate, std::string_view meant) {
    const auto distance = edit_distance(word_, candidate);
    if (distance >= best_) return false;
    best_ = distance;
    found = meant;
    return true;
  }

  std::optional<std::string_view> found;

 private:
  std::string_view word_;
  std::size_t best_;
};

constexpr std::string_view own_prefix{"CSPY_"};

bool is_known_variable(std::string_view name) {
  const auto has_it = [&](const OptionRow& row) {
    return std::ranges::find(row.environment, name, &EnvironmentName::name) != row.environment.end();
  };
  return name == config_environment_name || std::ranges::any_of(option_table(), has_it);
}

/// Kubernetes gives each container such variables about a service that is called "cspy".
bool is_of_service(std::string_view name) {
  return name == "CSPY_PORT" || name.starts_with("CSPY_PORT_") || name.starts_with("CSPY_SERVICE_");
}

/// `upper`: a name in upper case with our prefix. People spell it wrong, or write the key of the option.
std::optional<std::string_view> nearest_variable(std::string_view upper) {
  const auto without_prefix = [](std::string_view name) { return name.substr(own_prefix.size()); };
  Nearest nearest{without_prefix(upper)};
  nearest.consider(without_prefix(config_environment_name), config_environment_name);
  for (const auto& row : option_table()) {
    const auto name = row.environment.front().name;
    nearest.consider(without_prefix(name), name);
    nearest.consider(uppered(row.key), name);
  }
  return nearest.found;
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

std::optional<std::size_t> nearest(std::string_view word, std::span<const std::string_view> candidates) {
  Nearest search{word};
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (search.consider(candidates[i], candidates[i])) found = i;
  }
  return found;
}

std::optional<std::string_view> nearest_key(std::string_view word) {
  Nearest nearest{word};
  for (const auto& row : option_table())
    nearest.consider(row.key, row.key);
  return nearest.found;
}

std::vector<std::string> misspelt_variables(std::span<const std::string_view> names) {
  std::vector<std::string> warnings;
  std::vector<std::string> without_suggestion;
  for (const auto name : names) {
    const auto upper = uppered(name.substr(0, quote_bytes_max));
    if (!upper.starts_with(own_prefix) || is_known_variable(name) || is_of_service(name)) continue;
    auto warning = fmt::format("the environment variable {} is unknown", printable(name, quote_bytes_max));
    const auto meant = nearest_variable(upper);
    if (meant) warning.append(fmt::format(": did you mean {}?", *meant));
    (meant ? warnings : without_suggestion).push_back(std::move(warning));
  }
  std::ranges::move(without_suggestion, std::back_inserter(warnings));
  warnings.resize(std::min(warnings.size(), limits::variable_warnings_max));
  return warnings;
}

}  // namespace cspy::app
