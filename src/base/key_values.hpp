// Lists of "key=value" as OpenTelemetry's environment variables have them (the W3C Baggage format without properties):
// separated by commas, spaces around keys and values ignored, values percent-encoded. Pure.
//
// Errors say which entry is wrong and why, by its number or, with headers, by a name that is one. They never show a
// value, nor what stands where a name should: either may be a secret.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace cspy {

/// In the order in which they were given; a key that comes again replaces the earlier value.
using KeyValues = std::vector<std::pair<std::string, std::string>>;

/// Sets `key`, in the place it has or at the end.
void set(KeyValues& values, std::string key, std::string value);

/// Any list. Keys and values are not empty; the values are valid UTF-8 once decoded.
[[nodiscard]] Result<KeyValues> parse_key_values(std::string_view text);

/// A list of headers: keys are names that HTTP allows, made lower case, and none of those that the program sets itself
/// (content-type, host, ...); values are printable ASCII.
[[nodiscard]] Result<KeyValues> parse_headers(std::string_view text);

}  // namespace cspy
