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

/// A variable of others (Docker's, OpenTelemetry's) that gives the default: below the configuration file, above our
/// own.
struct AmbientName {
  std::string_view name;
  /// OpenTelemetry's rule: a value that cannot be used is warned of and passed over. Otherwise it is a mistake.
  bool lenient = false;
};

struct OptionRow {
  enum class Type : std::uint8_t { text, number };

  std::string_view key;  ///< in the file; the flag is "--" and the key with dashes
  Type type;
  std::string_view placeholder;
  std::span<const EnvironmentName> environment;  ///< the first that is set wins
  std::span<const AmbientName> ambient;
  std::string_view default_value;
  std::string_view help;
  /// Stores a value; an error says what was expected.
  Result<void> (*apply)(Options& options, std::string_view value);

  [[nodiscard]] std::string flag() const;
};

[[nodiscard]] std::span<const OptionRow> option_table();

/// Where a configuration file is looked for, in order, when neither --config nor CSPY_CONFIG names one.
[[nodiscard]] std::span<const std::string_view> config_file_places();
inline constexpr std::string_view config_environment_name = "CSPY_CONFIG";

}  // namespace cspy::app
