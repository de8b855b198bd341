// Keeping what is secret out of files that outlive the process.
#pragma once

#include "app/options.hpp"

namespace cspy::app {

/// Whether the settings have credentials: headers, a key, a proxy's password.
[[nodiscard]] bool has_secrets(const Options& options);

/// A crash leaves no core dump from here on, and no other process of the same user can read this one's memory.
void keep_memory_private();

}  // namespace cspy::app
