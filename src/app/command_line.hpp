// The command line as text values; what they mean is the option table's business.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/resolve.hpp"

namespace cspy::app {

struct CommandLine {
  bool help = false;
  bool version = false;
  bool print_config = false;
  std::optional<std::string> config_file;
  GivenValues values;
  std::vector<std::string> mistakes;  ///< unknown flags, with what may have been meant; missing values
};

[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace cspy::app
