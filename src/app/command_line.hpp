// Parses the command line to texts. The option table parses their values.
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
  std::vector<std::string> mistakes;    ///< unknown flags, with a suggestion; missing values. They show no values
  std::vector<std::string> warnings;    ///< flags of cAdvisor that have no effect. They show no values
  std::vector<std::string> not_needed;  ///< flags of cAdvisor that are ignored: "-logtostderr"
};

/// Understands our flags and cAdvisor's (app/cadvisor_command_line). Of a setting that both make, ours counts.
[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace cspy::app
