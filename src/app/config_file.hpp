// Finds and reads the configuration file.
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

/// Reads the file that `named` (--config) or else CSPY_CONFIG names; it must exist. Without either, reads the first
/// existing file of config_file_places(), if any.
[[nodiscard]] ConfigFile read_config_file(const std::optional<std::string>& named, const Environment& environment);

/// Parses `text`, a JSON5 object. `path` is for the messages. Pure.
[[nodiscard]] ConfigFile parse_config(std::string_view text, std::string_view path);

}  // namespace cspy::app
