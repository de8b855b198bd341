// Settings that depend on several options, and the checks that need several options or read files.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "app/options.hpp"
#include "base/error.hpp"

namespace cspy::app {

/// Sets Options::otlp_endpoint, whose form depends on the protocol, and checks the options that depend on each other
/// and the files that options name. Returns the mistakes: the key of the option, and the reason.
[[nodiscard]] std::vector<std::pair<std::string_view, Error>> derive_options(Options& options);

}  // namespace cspy::app
