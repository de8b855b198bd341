#include "metrics/interfaces.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace cspy::metrics {

bool is_ignored_interface(std::string_view name) {
  static constexpr std::array<std::string_view, 4> prefixes{"lo", "veth", "docker", "nerdctl"};
  constexpr std::size_t prefix_bytes_max = 7;
  const auto lower = lowered(name.substr(0, prefix_bytes_max));
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return lower.starts_with(prefix); });
}

}  // namespace cspy::metrics
