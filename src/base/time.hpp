// Wall-clock instants as the wire formats have them: nanoseconds since 1970, UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cspy {

/// Nanoseconds since 1970-01-01T00:00:00Z. 0 means "never": engines write year 1 for it.
using UnixNanos = std::uint64_t;

inline constexpr UnixNanos nanos_per_second = 1'000'000'000;

[[nodiscard]] UnixNanos system_now();

/// An RFC 3339 instant ("2026-11-23T01:54:33.327522Z", offsets allowed, up to nine digits of fraction, further ones
/// cut). Instants before 1970 give 0, as Go's zero time must. nullopt where the text is no such instant.
[[nodiscard]] std::optional<UnixNanos> parse_rfc3339(std::string_view text);

/// "2026-11-23T01:54:33.327Z": milliseconds, for the log.
[[nodiscard]] std::string format_rfc3339(UnixNanos instant);

}  // namespace cspy
