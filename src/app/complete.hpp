// What follows from several settings together. Pure, but for looking whether files can be read.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "app/options.hpp"
#include "base/error.hpp"

namespace cspy::app {

/// Fills in what depends on other settings (the endpoint, whose form the protocol decides), and returns what does not
/// go together or cannot be used: the key of the option, and why.
[[nodiscard]] std::vector<std::pair<std::string_view, Error>> complete(Options& options);

}  // namespace cspy::app
