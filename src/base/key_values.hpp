// Lists of KEY=VALUE, separated by commas, in the format of OpenTelemetry's environment variables (W3C Baggage without
// properties): spaces around keys and values are ignored, values are percent-encoded. Pure.
//
// An error gives the number of the wrong entry. It never shows a key or a value: both may be secrets.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace cspy {

/// In the order of the list. Each key is there once, with its last value.
using KeyValues = std::vector<std::pair<std::string, std::string>>;

/// Replaces the value of `key`, or appends the pair if the key is new.
void set(KeyValues& values, std::string key, std::string value);

/// Keys are not empty. Keys and values are valid UTF-8 after decoding.
[[nodiscard]] Result<KeyValues> parse_key_values(std::string_view text);

}  // namespace cspy
