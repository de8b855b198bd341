// The values of JSON5 numbers. json5/parse.cpp decides which text is a number.
#pragma once

#include <optional>
#include <string_view>

#include "json5/parse.hpp"

namespace cspy::json5 {

/// The value of "Infinity" or "NaN"; nullopt for other words.
[[nodiscard]] std::optional<double> named_number(std::string_view word);

/// The double nearest to `number`: infinity if it is too large, 0 if it is too small.
/// REQUIRES: an unsigned decimal number of ECMAScript 5.1, section 7.8.3: "1", ".5", "5.", "1.5e-3".
[[nodiscard]] double decimal_number(std::string_view number);

/// The same for a hexadecimal number. REQUIRES: one or more hexadecimal digits, without "0x".
[[nodiscard]] double hexadecimal_number(std::string_view digits);

/// `number` in the type that Value uses for it.
[[nodiscard]] Value::Data whole_or_real(double number);

}  // namespace cspy::json5
