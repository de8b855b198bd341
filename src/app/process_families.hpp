// What every exporter tells about its own process: process_cpu_seconds_total and the like, from /proc/self.
#pragma once

#include <string>
#include <vector>

#include "serve/family.hpp"

namespace cspy::app {

/// The families that can be read; those of files that cannot be read are left out. `proc`: another root than /proc.
[[nodiscard]] std::vector<serve::Family> process_families(const std::string& proc = "/proc");

}  // namespace cspy::app
