// Checking and repairing text from outside. OTLP strings must be valid UTF-8, or a receiver refuses the whole request.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cspy {

/// Length of the longest prefix of `text` that is valid UTF-8 (RFC 3629: no surrogates, no over-long forms).
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text);

/// `text` with each byte that is not part of valid UTF-8 replaced by U+FFFD, cut to `bytes_max` between two characters.
[[nodiscard]] std::string repair_utf8(std::string_view text, std::size_t bytes_max);

/// `text` for one line of a log or terminal: repaired, cut, with '?' for control characters.
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max);

}  // namespace cspy
