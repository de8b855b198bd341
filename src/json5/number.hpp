// What the digits of a JSON5 number mean. Which digits make a number is json5.cpp's business.
#pragma once

#include <optional>
#include <string_view>

#include "json5/parse.hpp"

namespace cspy::json5 {

/// Infinity and NaN.
[[nodiscard]] std::optional<double> named_number(std::string_view word);

/// The double nearest to `number`, infinite where it is too large for one, 0 where it is too small.
/// REQUIRES: an unsigned decimal number of ECMAScript 5.1, section 7.8.3: "1", ".5", "5.", "1.5e-3".
[[nodiscard]] double decimal_number(std::string_view number);

/// The same of a hexadecimal number. REQUIRES: hexadecimal digits, at least one, without "0x".
[[nodiscard]] double hexadecimal_number(std::string_view digits);

/// `number` as a Value holds it.
[[nodiscard]] Value::Data whole_or_real(double number);

}  // namespace cspy::json5
