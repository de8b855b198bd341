// Words of the files of a cgroup, of either version: numbers, limits, devices. Pure; text without a meaning gives
// nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/count.hpp"

namespace cspy::host {

/// A whole number in decimal, and nothing else; absent otherwise.
[[nodiscard]] Count parse_number(std::string_view word);
/// A file of one number: "4096\n".
[[nodiscard]] Count parse_value(std::string_view text);
/// A limit, as cAdvisor shows it: 0 for "max" and for all beyond 2^62, which is how cgroup v1 says it.
[[nodiscard]] Count parse_limit(std::string_view text);

/// "254:0". nullopt where it is no device's number.
[[nodiscard]] std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_device(std::string_view word);

}  // namespace cspy::host
