// Takes cAdvisor's flags off the command line, so that the command line of a cAdvisor works unchanged. Pure.
//
// The syntax is that of Go's package flag: one or two dashes; "-flag=value" or "-flag value"; a boolean flag is true
// without a value, and its value follows '=' only; of a flag given twice, the last counts. Our own flags win: a name
// that we have is never cAdvisor's.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/resolve.hpp"

namespace cspy::app {

struct CadvisorArguments {
  /// The arguments that are not cAdvisor's, in their order: ours, and unknown ones.
  std::vector<std::string> others;
  /// Unknown words with one dash: "-foo=bar". Ours have two, except -h.
  std::vector<std::string> unknown;
  /// Settings that cAdvisor's flags make. The source is "command line -port".
  GivenValues settings;
  /// Flags that are accepted and ignored: "-logtostderr". Sorted.
  std::vector<std::string> not_needed;
  /// At most one for each of cAdvisor's flags. They show no values.
  std::vector<std::string> warnings;
  /// Missing and invalid values. They show no values.
  std::vector<std::string> mistakes;
};

/// `arguments`: those of main() without the program's name. They must outlive only the call.
[[nodiscard]] CadvisorArguments take_cadvisor_flags(std::span<const char* const> arguments);

}  // namespace cspy::app
