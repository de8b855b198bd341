// From what was given where to the settings: precedence, and every mistake at once. Pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/option_table.hpp"
#include "app/options.hpp"

namespace cspy::app {

/// A value as text, and where it stands, for people: "--log-level", "CSPY_LOG_LEVEL", "config.json:3:5".
struct Given {
  std::string value;
  std::string source;
};

/// Values by the key of the option.
using GivenValues = std::map<std::string, Given, std::less<>>;

/// Looks up an environment variable; nullopt where it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

struct Resolved {
  Options options;
  /// Each option in the table's order, as it applies; the source of a default is "default".
  std::vector<std::pair<const OptionRow*, Given>> values;
  std::vector<std::string> mistakes;
  std::vector<std::string> warnings;
};

/// Command line over environment over file over the variables of others over defaults. An empty variable is as good as
/// none.
[[nodiscard]] Resolved resolve(const GivenValues& command_line, const Environment& environment,
                               const GivenValues& file);

/// The key nearest to `word`, if it is near enough to be what was meant.
[[nodiscard]] std::optional<std::string_view> nearest_key(std::string_view word);

}  // namespace cspy::app
