// Finds and reads the configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/resolve.hpp"
#include "base/file.hpp"

namespace cspy::app {

struct ConfigFile {
  GivenValues values = {};
  std::vector<std::string> mistakes = {}, warnings = {};
  std::string path = {};  ///< of the file that was read, absolute; empty: none
};

/// Who has decided that the file is ours.
enum class ConfigPlace : std::uint8_t {
  chosen,             ///< the user, who has named it; or root: only root can put files into / and /etc/containerspy
  working_directory,  ///< nobody: another user may have put it there
};

/// Of one of config_file_places(). Pure.
[[nodiscard]] ConfigPlace place_of(std::string_view candidate, std::string_view working_directory);

/// Whether other users than root and `us` can change the file. They could redirect the metrics, with the credentials
/// that other settings hold.
struct ConfigTrust {
  std::string doubt = {};  ///< who can change it, for a message; empty: nobody
  bool refused = false;
};

/// Only a file of the working directory is refused. Any other file may have any owner: a mount into a container keeps
/// the owner that the file has on the host. Pure.
[[nodiscard]] ConfigTrust trust_in(ConfigPlace place, const FileAccess& access, std::uint32_t us);

/// Reads the file that `named` (--config) or else CSPY_CONFIG names; it must exist. Without either, reads the first
/// existing file of config_file_places(), if any. See trust_in().
[[nodiscard]] ConfigFile read_config_file(const std::optional<std::string>& named, const Environment& environment);

/// Parses `text`, a JSON5 object. `path` is for the messages. Pure.
[[nodiscard]] ConfigFile parse_config(std::string_view text, std::string_view path);

}  // namespace cspy::app
