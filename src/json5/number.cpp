#include "json5/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace cspy::json5 {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The exponent after the 'e', limited so that adding the length of a text cannot overflow.
std::int64_t exponent_of(std::string_view text) {
  constexpr std::int64_t exponent_max = std::int64_t{1} << 62U;
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (error == std::errc::result_out_of_range) exponent = text.starts_with('-') ? -exponent_max : exponent_max;
  return std::clamp(exponent, -exponent_max, exponent_max);
}

/// Whether a number outside the range of double is too large, not too small. from_chars does not distinguish the two,
/// but the position of the first significant digit does: about 300 places before or after the point.
bool is_too_large(std::string_view number) {
  const auto e = std::min(number.find_first_of("eE"), number.size());
  const auto mantissa = number.substr(0, e);
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), e));
  const auto significant = static_cast<std::int64_t>(mantissa.find_first_not_of("0."));
  const auto exponent = e < number.size() ? exponent_of(number.substr(e + 1)) : 0;
  return point - significant + exponent > 0;
}

}  // namespace

std::optional<double> named_number(std::string_view word) {
  if (word == "Infinity") return infinity;
  if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

double decimal_number(std::string_view number) {
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  return is_too_large(number) ? infinity : 0;
}

double hexadecimal_number(std::string_view digits) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::hex);
  return error == std::errc::result_out_of_range ? infinity : value;
}

Value::Data whole_or_real(double number) {
  constexpr double ambiguous = 9'007'199'254'740'992;  // 2^53 + 1 is rounded to 2^53
  const bool minus_zero = number == 0 && std::signbit(number);
  const bool whole = std::abs(number) < ambiguous && number == std::trunc(number) && !minus_zero;
  return whole ? Value::Data{static_cast<std::int64_t>(number)} : Value::Data{number};
}

}  // namespace cspy::json5
