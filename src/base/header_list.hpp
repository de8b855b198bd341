// Lists of HTTP headers, written as key-value lists (base/key_values.hpp): "NAME=VALUE,NAME=VALUE". Pure.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/key_values.hpp"

namespace cspy {

/// Names are valid header names and become lower case; values are printable ASCII. A name that ContainerSpy sets itself
/// (content-type, host, ...) is an error. Errors never show a value or an invalid name: both may be secrets.
[[nodiscard]] Result<KeyValues> parse_headers(std::string_view text);

}  // namespace cspy
