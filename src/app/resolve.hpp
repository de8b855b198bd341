// From values of all sources to the settings: applies the precedence and collects all mistakes. Pure, except that it
// checks whether the files that settings name can be read.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/option_table.hpp"
#include "app/options.hpp"

namespace cspy::app {

/// A value as text, and its source for people: "command line --log-level", "environment variable CSPY_LOG_LEVEL",
/// "config.json, line 3, column 5".
struct Given {
  std::string value;
  std::string source;
};

/// Values by the key of the option.
using GivenValues = std::map<std::string, Given, std::less<>>;

/// Returns the value of an environment variable, or nullopt if it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

struct Resolved {
  Options options;
  /// The effective value of each option, in the order of the table. The source of a default is "default".
  std::vector<std::pair<const OptionRow*, Given>> values;
  std::vector<std::string> mistakes;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;  ///< wrong settings that nothing uses
};

/// Precedence: command line > environment > configuration file > variables of Docker and OpenTelemetry > default. An
/// empty variable counts as not set.
[[nodiscard]] Resolved resolve(const GivenValues& command_line, const Environment& environment,
                               const GivenValues& file);

/// The part of `text` before a space, quotation mark, '=', ':', ',' or ';'. Someone who gets the syntax of a setting
/// wrong may write a secret after it.
[[nodiscard]] std::string_view leading_name(std::string_view text);

/// Warnings about variables that look like ours and are not, those with a suggestion first. `names`: of all variables.
/// At most limits::variable_warnings_max.
[[nodiscard]] std::vector<std::string> misspelt_variables(std::span<const std::string_view> names);

/// Limit for a name or value in a message.
inline constexpr std::size_t quote_bytes_max = 120;

/// The index of the candidate most similar to `word`, the first of several. nullopt if none is similar enough to be a
/// likely correction.
[[nodiscard]] std::optional<std::size_t> nearest(std::string_view word, std::span<const std::string_view> candidates);
/// The same for the keys of the options.
[[nodiscard]] std::optional<std::string_view> nearest_key(std::string_view word);

}  // namespace cspy::app
