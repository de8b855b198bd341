// The option table: each setting of the program, said once. Command line, environment, configuration file, --help,
// --print-config, docs/CONFIGURATION.md and the messages about mistakes all come from it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/options.hpp"
#include "base/error.hpp"

namespace cspy::app {

struct EnvironmentName {
  std::string_view name;
  /// A name that still works, with a warning that says the right one.
  bool deprecated = false;
};

/// Stores a value; an error says what was expected.
using Apply = Result<void> (*)(Options& options, std::string_view value);

/// A variable of others (Docker's, OpenTelemetry's) that gives the default: below the configuration file, above our
/// own.
struct AmbientName {
  /// What happens to a value that cannot be used. OpenTelemetry wants numbers, booleans, enumerations and lists warned
  /// of and passed over; what decides where metrics go is told, since they would silently go elsewhere.
  enum class Mistakes : std::uint8_t { told, passed_over };

  std::string_view name;
  Mistakes mistakes = Mistakes::told;
  Apply apply = nullptr;  ///< where the variable means something else than the option
};

struct OptionRow {
  enum class Type : std::uint8_t { text, number, boolean };

  std::string_view key;  ///< in the file; the flag is "--" and the key with dashes
  Type type;
  std::string_view placeholder;
  std::span<const EnvironmentName> environment;  ///< the first that is set wins
  std::span<const AmbientName> ambient;          ///< so here
  std::string_view default_value;
  std::string_view help;
  Apply apply;
  /// What may be shown of a value; null: all of it.
  std::string (*show)(std::string_view value) = nullptr;

  [[nodiscard]] std::string flag() const;
  /// The value for people.
  [[nodiscard]] std::string shown(std::string_view value) const { return show ? show(value) : std::string{value}; }
};

[[nodiscard]] std::span<const OptionRow> option_table();

/// Where a configuration file is looked for, in order, when neither --config nor CSPY_CONFIG names one.
[[nodiscard]] std::span<const std::string_view> config_file_places();
inline constexpr std::string_view config_environment_name = "CSPY_CONFIG";

}  // namespace cspy::app
