// Words in the files of a cgroup of either version: numbers, limits, devices. Pure. Text without a meaning gives an
// absent value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/count.hpp"

namespace cspy::host {

/// A whole decimal number and nothing else. Otherwise absent.
[[nodiscard]] Count parse_number(std::string_view word);
/// A file with one number: "4096\n".
[[nodiscard]] Count parse_value(std::string_view text);
/// A limit as cAdvisor shows it: 0 for "max" and for values above 2^62, which mean "unlimited" in cgroup v1.
[[nodiscard]] Count parse_limit(std::string_view text);

/// "254:0". nullopt if it is not a device number.
[[nodiscard]] std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_device(std::string_view word);

}  // namespace cspy::host
