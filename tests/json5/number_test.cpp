#include "json5/number.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace cspy::json5 {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string zeros(std::size_t count) {
  std::string text(count, '0');
  return text;
}

TEST(Json5DecimalNumber, IsTheNearestDouble) {
  EXPECT_EQ(decimal_number("0"), 0);
  EXPECT_EQ(decimal_number("0.1"), 0.1);
  EXPECT_EQ(decimal_number(".5"), 0.5);
  EXPECT_EQ(decimal_number("5."), 5.0);
  EXPECT_EQ(decimal_number("5.e1"), 50.0);
  EXPECT_EQ(decimal_number("1E+2"), 100.0);
  EXPECT_EQ(decimal_number("9007199254740993"), 9007199254740992.0) << "half-way: to even";
  EXPECT_EQ(decimal_number("1.7976931348623157e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(decimal_number("5e-324"), std::numeric_limits<double>::denorm_min());
}

TEST(Json5DecimalNumber, IsInfiniteWhereItIsTooLarge) {
  EXPECT_EQ(decimal_number("1e309"), infinity);
  EXPECT_EQ(decimal_number("1.7976931348623159e308"), infinity);
  EXPECT_EQ(decimal_number("1" + zeros(400)), infinity) << "without an exponent";
  EXPECT_EQ(decimal_number("1" + zeros(400) + "e-5"), infinity) << "the exponent's sign alone says nothing";
  EXPECT_EQ(decimal_number("0." + zeros(10) + "1e400"), infinity);
  EXPECT_EQ(decimal_number("0." + zeros(10) + "1e+400"), infinity);
  EXPECT_EQ(decimal_number("1e9223372036854775807"), infinity);
  EXPECT_EQ(decimal_number("1e+99999999999999999999"), infinity);
}

TEST(Json5DecimalNumber, IsZeroWhereItIsTooSmall) {
  EXPECT_EQ(decimal_number("123e-456"), 0) << "the standard's own example";
  EXPECT_EQ(decimal_number("2e-324"), 0);
  EXPECT_EQ(decimal_number("1E-400"), 0);
  EXPECT_EQ(decimal_number("0." + zeros(400) + "1"), 0) << "without an exponent";
  EXPECT_EQ(decimal_number("0." + zeros(400) + "1e5"), 0) << "the exponent's sign alone says nothing";
  EXPECT_EQ(decimal_number("1" + zeros(10) + ".5e-400"), 0);
  EXPECT_EQ(decimal_number(".1e-9223372036854775808"), 0);
  EXPECT_EQ(decimal_number("1e-99999999999999999999"), 0);
  EXPECT_EQ(decimal_number("0e99999999999999999999"), 0) << "0 has no size";
}

TEST(Json5HexadecimalNumber, IsTheNearestDouble) {
  EXPECT_EQ(hexadecimal_number("0"), 0);
  EXPECT_EQ(hexadecimal_number("dEcAf"), 912'559.0);
  EXPECT_EQ(hexadecimal_number(zeros(1'000) + "1F"), 31.0);
  EXPECT_EQ(hexadecimal_number("FFFFFFFFFFFFFFFF"), 18'446'744'073'709'551'616.0);
  // Rounded digit by digit it would be one unit lower: 2^101 + 1.5 * 2^48 + 1 is more than half-way to the next.
  EXPECT_EQ(hexadecimal_number("20000000000001800000000001"), 0x1.0000000000001p101);
  EXPECT_EQ(hexadecimal_number("1" + zeros(300)), infinity);
}

TEST(Json5WholeOrReal, IsWholeBelowTwoToThe53) {
  const auto is_whole = [](double number) { return std::holds_alternative<std::int64_t>(whole_or_real(number)); };
  EXPECT_TRUE(is_whole(0));
  EXPECT_TRUE(is_whole(-1));
  EXPECT_TRUE(is_whole(9'007'199'254'740'991));
  EXPECT_TRUE(is_whole(-9'007'199'254'740'991));
  EXPECT_FALSE(is_whole(9'007'199'254'740'992));
  EXPECT_FALSE(is_whole(-9'007'199'254'740'992));
  EXPECT_FALSE(is_whole(0.5));
  EXPECT_FALSE(is_whole(-0.0));
  EXPECT_FALSE(is_whole(infinity));
  EXPECT_FALSE(is_whole(std::numeric_limits<double>::quiet_NaN()));
}

TEST(Json5NamedNumber, KnowsTwoNames) {
  EXPECT_EQ(named_number("Infinity"), infinity);
  EXPECT_TRUE(named_number("NaN"));
  EXPECT_EQ(named_number("infinity"), std::nullopt);
  EXPECT_EQ(named_number("nan"), std::nullopt);
  EXPECT_EQ(named_number(""), std::nullopt);
}

}  // namespace
}  // namespace cspy::json5
