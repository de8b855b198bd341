// Durations and sizes as people write them in settings: "1m30s", "500ms", "32MiB". Pure.
//
// A duration is one or more whole numbers, each with its unit: d, h, m, s, ms. The larger units come first, each at
// most once. A size is one whole number with its unit: B, kB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers
// of 1024), in upper or lower case. A number without a unit has the smallest one: milliseconds or bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cspy {

/// Errors: invalid, with what is wrong: a missing or unknown unit, a negative number, a duration that is too long.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// In bytes. Errors: as parse_duration().
[[nodiscard]] Result<std::int64_t> parse_size(std::string_view text);

/// A text that parse_duration() reads back: "1m30s", "0s". REQUIRES: not negative.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);
/// A text that parse_size() reads back, in a power of 1024 if that is whole: "32MiB", "1kB", "1023B". REQUIRES: not
/// negative.
[[nodiscard]] std::string size_text(std::int64_t bytes);

}  // namespace cspy
