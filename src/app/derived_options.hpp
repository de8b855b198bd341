// Settings that depend on several options, and the checks that need several options or read files.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "app/options.hpp"
#include "base/error.hpp"

namespace cspy::app {

/// Wrong settings: the key of the option, and the reason.
using WrongOptions = std::vector<std::pair<std::string_view, Error>>;

struct Derived {
  WrongOptions mistakes;
  WrongOptions unused;  ///< settings that would be mistakes, but nothing uses them
};

/// Sets Options::otlp_endpoint, whose form depends on the protocol, and Options::proxy. Checks the options that depend
/// on each other, and the files that options name. Proxies and TLS files are often set for all programs of a machine:
/// if the endpoint does not use them, they are no mistakes.
[[nodiscard]] Derived derive_options(Options& options);

}  // namespace cspy::app
