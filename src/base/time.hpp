// Points in time as the wire formats have them: nanoseconds since 1970, UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cspy {

/// Nanoseconds since 1970-01-01T00:00:00Z. 0 means "never"; engines write the year 1 for that.
using UnixNanos = std::uint64_t;

inline constexpr UnixNanos nanos_per_second = 1'000'000'000;

[[nodiscard]] UnixNanos system_now();

/// Parses an RFC 3339 time: "2026-11-23T01:54:33.327522Z", or with an offset. Digits beyond nanoseconds are cut. A time
/// before 1970, such as Go's zero time, gives 0. nullopt if the text is not such a time.
[[nodiscard]] std::optional<UnixNanos> parse_rfc3339(std::string_view text);

/// "2026-11-23T01:54:33.327Z": milliseconds, for the log.
[[nodiscard]] std::string format_rfc3339(UnixNanos instant);

}  // namespace cspy
