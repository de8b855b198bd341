// Finding and reading the configuration file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/resolve.hpp"

namespace cspy::app {

struct ConfigFile {
  GivenValues values;
  std::vector<std::string> mistakes;
};

/// Reads the file that `named` (--config) or CSPY_CONFIG names, which must exist; else the first of
/// config_file_places() that does; else nothing.
[[nodiscard]] ConfigFile read_config_file(const std::optional<std::string>& named, const Environment& environment);

/// The settings in `text`, a JSON5 object; `path` is for the messages. Pure.
[[nodiscard]] ConfigFile parse_config(std::string_view text, std::string_view path);

}  // namespace cspy::app
