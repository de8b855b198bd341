// Setters for the option table. Each one parses the text of a setting and stores the value in its member of Options.
// The error of a setter says which values are valid.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/options.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace cspy::app {

/// A name for a value of an enumeration.
template<class Value>
struct Choice {
  std::string_view name;  ///< in lower case
  Value value;
  bool synonym = false;  ///< accepted, but not listed in the error
};

/// `choices`: an array of Choice. Case does not matter: OpenTelemetry requires that of its enumerations
/// (sdk-environment-variables.md, "Enum").
template<auto member, const auto& choices>
[[nodiscard]] Result<void> set_choice(Options& options, std::string_view value) {
  const auto word = lowered(value);
  const auto found = std::ranges::find_if(choices, [&](const auto& choice) { return choice.name == word; });
  if (found != choices.end()) {
    options.*member = found->value;
    return {};
  }
  std::string names;
  for (const auto& choice : choices) {
    if (!choice.synonym) names.append(names.empty() ? "" : ", ").append(choice.name);
  }
  return fail(Code::invalid, "expected one of " + names);
}

inline constexpr std::array<Choice<bool>, 2> flag_names{{{"true", true}, {"false", false}}};
template<bool Options::* member>
[[nodiscard]] Result<void> set_flag(Options& options, std::string_view value) {
  return set_choice<member, flag_names>(options, value);
}

/// The text as it is: the name of a file, for example.
template<std::string Options::* member>
[[nodiscard]] Result<void> set_text(Options& options, std::string_view value) {
  options.*member = value;
  return {};
}

/// What `parse(value)` returns.
template<auto member, auto parse>
[[nodiscard]] Result<void> set_parsed(Options& options, std::string_view value) {
  auto parsed = parse(value);
  if (!parsed) return std::unexpected{std::move(parsed).error()};
  options.*member = *std::move(parsed);
  return {};
}

/// Calls `set`, a function of the member's own type.
template<auto member, auto set>
[[nodiscard]] Result<void> set_part(Options& options, std::string_view value) {
  return (options.*member.*set)(value);
}

/// A duration from `min` to `max`, as parse_duration() reads it.
[[nodiscard]] Result<std::chrono::milliseconds> duration_between(std::string_view value, std::chrono::milliseconds min,
                                                                 std::chrono::milliseconds max);
/// A whole number of milliseconds: the syntax of OpenTelemetry's variables.
[[nodiscard]] Result<std::chrono::milliseconds> milliseconds_between(std::string_view value,
                                                                     std::chrono::milliseconds min,
                                                                     std::chrono::milliseconds max);
/// A size in bytes from `min` to `max`, as parse_size() reads it.
[[nodiscard]] Result<std::int64_t> size_between(std::string_view value, std::int64_t min, std::int64_t max);

/// `min`, `max`: durations of base/limits.hpp. `between`: one of the functions above.
template<std::chrono::milliseconds Options::* member, const auto& min, const auto& max, auto between = duration_between>
[[nodiscard]] Result<void> set_duration(Options& options, std::string_view value) {
  const auto duration = between(value, min, max);
  if (!duration) return std::unexpected{duration.error()};
  options.*member = *duration;
  return {};
}

template<std::size_t Options::* member, std::int64_t min, std::int64_t max>
[[nodiscard]] Result<void> set_bytes(Options& options, std::string_view value) {
  const auto bytes = size_between(value, min, max);
  if (!bytes) return std::unexpected{bytes.error()};
  options.*member = static_cast<std::size_t>(*bytes);
  return {};
}

/// The text only: otlp_protocol, which may be set later, decides how the URL is parsed.
template<OtlpPath path>
[[nodiscard]] Result<void> set_otlp_endpoint(Options& options, std::string_view value) {
  options.otlp_endpoint_text = value;
  options.otlp_endpoint_path = path;
  return {};
}

// Parsers for set_parsed.

/// Addresses to listen at, separated by commas.
[[nodiscard]] Result<std::vector<serve::ListenAddress>> parse_listen(std::string_view value);
/// The prefix of all paths: "/name", without a slash at its end. Empty: none.
[[nodiscard]] Result<std::string> parse_path_prefix(std::string_view value);
/// The path of the metrics: "/metrics". Not one of the other paths.
[[nodiscard]] Result<std::string> parse_metrics_path(std::string_view value);
/// The value of a resource attribute.
[[nodiscard]] Result<std::string> attribute_value(std::string_view value);

// What --print-config and error messages show of a value.

/// "***" instead of a secret.
[[nodiscard]] std::string hide_all(std::string_view value);
/// A list of names. Someone may have given values to them: "NAME=***".
[[nodiscard]] std::string hide_values(std::string_view list);
/// A URL with "***" instead of its user and password, and instead of its query and fragment. It need not be valid.
[[nodiscard]] std::string hide_secrets(std::string_view url);

}  // namespace cspy::app
