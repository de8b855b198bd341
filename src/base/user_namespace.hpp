// Numbers of users inside and outside of a user namespace. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cspy {

/// The number outside of our user namespace for `user`, a number inside of it. `map` is the text of
/// /proc/self/uid_map (user_namespaces(7)): lines of first number inside, first number outside, and how many. nullopt
/// if the map does not have the user.
[[nodiscard]] std::optional<std::uint32_t> outer_user(std::string_view map, std::uint32_t user);

}  // namespace cspy
