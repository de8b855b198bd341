#include "base/user_namespace.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/text.hpp"

namespace cspy {
namespace {

/// Takes the next number off a line. nullopt if there is none.
std::optional<std::uint32_t> take_number(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc{}) return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  return number;
}

}  // namespace

std::optional<std::uint32_t> outer_user(std::string_view map, std::uint32_t user) {
  for (auto line : split(map, '\n')) {
    const auto inside = take_number(line);
    const auto outside = take_number(line);
    const auto count = take_number(line);
    if (!inside || !outside || !count || user < *inside || user - *inside >= *count) continue;
    return *outside + (user - *inside);
  }
  return std::nullopt;
}

}  // namespace cspy
