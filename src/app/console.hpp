// The output of --help, --version and --print-config. Pure.
#pragma once

#include <string>

#include "app/resolve.hpp"

namespace cspy::app {

[[nodiscard]] std::string help_text();
/// "containerspy 0.2.0\n"
[[nodiscard]] std::string version_text();
/// The settings as a configuration file. A comment gives the source of each setting.
[[nodiscard]] std::string config_text(const Resolved& resolved);

}  // namespace cspy::app
