// Which network interfaces of a container have metrics.
#pragma once

#include <string_view>

namespace cspy::metrics {

/// The interfaces that cAdvisor ignores, by name: loopback, and the host's ends of container networks.
[[nodiscard]] bool is_ignored_interface(std::string_view name);

}  // namespace cspy::metrics
