#include "app/json5.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "app/json5_text.hpp"
#include "base/utf8.hpp"

namespace cspy::json5 {
namespace {

constexpr std::size_t depth_max = 64;
/// Ends the parsing from any depth; caught in parse() and nowhere else.
struct Failure {
  Position at;
  std::string what;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : cursor_{text} {}

  Value document() {
    skip();
    auto value = this->value();
    skip();
    if (cursor_.peek() != end_of_text) expected("the end of the text");
    return value;
  }

 private:
  [[noreturn]] static void failed(Position at, std::string what) { throw Failure{at, std::move(what)}; }

  [[noreturn]] void expected(std::string_view what) {
    failed(cursor_.position(), fmt::format("expected {}, found {}", what, name_of(cursor_.peek())));
  }

  // Sections 7 and 8: comments and white space.

  void skip() {
    for (;;) {
      if (is_space(cursor_.peek())) {
        cursor_.next();
      } else if (cursor_.rest().starts_with("//")) {
        while (cursor_.peek() != end_of_text && !ends_line(cursor_.peek()))
          cursor_.next();
      } else if (cursor_.rest().starts_with("/*")) {
        skip_block_comment();
      } else {
        return;
      }
    }
  }

  void skip_block_comment() {
    const auto begin = cursor_.position();
    cursor_.next();
    cursor_.next();
    while (!cursor_.rest().starts_with("*/")) {
      if (cursor_.next() == end_of_text) failed(begin, "this comment has no end");
    }
    cursor_.next();
    cursor_.next();
  }

  // Section 3: values.

  Value value() {
    const auto at = cursor_.position();
    const auto c = cursor_.peek();
    if (c == '{' || c == '[') {
      if (++depth_ > depth_max) failed(at, fmt::format("nested deeper than {} levels", depth_max));
      Value nested{.at = at, .data = {}};
      if (c == '{') {
        nested.data = object();
      } else {
        nested.data = array();
      }
      --depth_;
      return nested;
    }
    if (c == '"' || c == '\'') return {.at = at, .data = string()};
    if (is_digit(c) || c == '.' || c == '+' || c == '-' || c == 'I' || c == 'N') return number();
    if (c == 't' || c == 'f' || c == 'n') return literal();
    expected("a value");
  }

  Value literal() {
    const auto at = cursor_.position();
    const auto word = identifier();
    if (word == "true") return {.at = at, .data = true};
    if (word == "false") return {.at = at, .data = false};
    if (word == "null") return {.at = at, .data = Null{}};
    failed(at, fmt::format("expected a value, found '{}'", word));
  }

  Object object() {
    Object members;
    cursor_.next();
    for (;;) {
      skip();
      if (cursor_.take('}')) return members;
      const auto at = cursor_.position();
      auto key = this->key();
      if (const auto known = std::ranges::find(members, key, &Member::key); known != members.end()) {
        failed(at, fmt::format("the key '{}' stands already at line {}, column {}", printable(key, 80), known->at.line,
                               known->at.column));
      }
      skip();
      if (!cursor_.take(':')) expected("':' after a key");
      skip();
      auto member_value = value();
      members.push_back({.at = at, .key = std::move(key), .value = std::move(member_value)});
      skip();
      if (cursor_.take(',')) continue;
      if (cursor_.peek() != '}') expected("',' or '}' after a member");
    }
  }

  Array array() {
    Array elements;
    cursor_.next();
    for (;;) {
      skip();
      if (cursor_.take(']')) return elements;
      elements.push_back(value());
      skip();
      if (cursor_.take(',')) continue;
      if (cursor_.peek() != ']') expected("',' or ']' after an element");
    }
  }

  std::string key() {
    const auto c = cursor_.peek();
    if (c == '"' || c == '\'') return string();
    if (starts_identifier(c) || c == '\\') return identifier();
    expected("a key");
  }

  /// ECMAScript 5.1's IdentifierName; a \u escape must stand for a character that may stand there itself.
  std::string identifier() {
    std::string name;
    for (;;) {
      const auto at = cursor_.position();
      auto c = cursor_.peek();
      const bool escaped = c == '\\';
      if (escaped) {
        cursor_.next();
        if (!cursor_.take('u')) failed(at, "only \\u escapes may stand in a key without quotes");
        c = unicode_escape(at);
      }
      const bool fits = name.empty() ? starts_identifier(c) : continues_identifier(c);
      if (!fits && escaped) failed(at, fmt::format("{} may not stand in a key without quotes", name_of(c)));
      if (!fits) return name;
      if (!escaped) cursor_.next();
      append_utf8(name, c);
    }
  }

  // Section 5: strings.

  std::string string() {
    const auto begin = cursor_.position();
    const auto quote = cursor_.next();
    std::string text;
    for (;;) {
      const auto at = cursor_.position();
      const auto c = cursor_.next();
      if (c == quote) return text;
      if (c == end_of_text) failed(begin, "this string has no end");
      if (c == '\n' || c == '\r') failed(at, "a line break in a string needs a '\\' before it");
      if (c == '\\') {
        escape(at, text);
      } else {
        append_utf8(text, c);
      }
    }
  }

  void escape(Position at, std::string& text) {
    const auto c = cursor_.next();
    switch (c) {
      case 'b': text.push_back('\b'); return;
      case 'f': text.push_back('\f'); return;
      case 'n': text.push_back('\n'); return;
      case 'r': text.push_back('\r'); return;
      case 't': text.push_back('\t'); return;
      case 'v': text.push_back('\v'); return;
      case 'x': append_utf8(text, hex_digits(at, 2)); return;
      case 'u': append_utf8(text, unicode_escape(at)); return;
      case '\r':  // A line continuation; CR LF is one.
        cursor_.take('\n');
        return;
      case '\n':
      case 0x2028:
      case 0x2029: return;
      case '0':
        if (is_digit(cursor_.peek())) failed(at, "octal escapes are not allowed");
        text.push_back('\0');
        return;
      case end_of_text: failed(at, "this escape has no end");
      default:
        if (is_digit(c)) failed(at, fmt::format("'\\{}' is not an escape", static_cast<char>(c)));
        append_utf8(text, c);
    }
  }

  char32_t hex_digits(Position at, int count) {
    char32_t value = 0;
    for (int i = 0; i < count; ++i) {
      const auto digit = hex_value(cursor_.peek());
      if (digit < 0) failed(at, fmt::format("this escape needs {} hexadecimal digits", count));
      cursor_.next();
      value = value << 4U | static_cast<char32_t>(digit);
    }
    return value;
  }

  /// What follows "\u"; a character beyond U+FFFF is written as two escapes.
  char32_t unicode_escape(Position at) {
    const auto is_high = [](char32_t c) { return c >= 0xD800 && c <= 0xDBFF; };
    const auto is_low = [](char32_t c) { return c >= 0xDC00 && c <= 0xDFFF; };
    const auto first = hex_digits(at, 4);
    if (is_low(first)) failed(at, "half of a surrogate pair");
    if (!is_high(first)) return first;
    if (!cursor_.rest().starts_with("\\u")) failed(at, "half of a surrogate pair");
    cursor_.next();
    cursor_.next();
    const auto second = hex_digits(at, 4);
    if (!is_low(second)) failed(at, "half of a surrogate pair");
    return 0x1'0000 + ((first - 0xD800) << 10U) + (second - 0xDC00);
  }

  // Section 6: numbers.

  Value number() {
    const auto at = cursor_.position();
    const bool negative = cursor_.peek() == '-';
    if (negative || cursor_.peek() == '+') cursor_.next();
    const auto sign = [negative](double magnitude) { return negative ? -magnitude : magnitude; };
    Value result{.at = at, .data = {}};
    if (cursor_.peek() == 'I' || cursor_.peek() == 'N') {
      const auto word = identifier();
      if (word == "Infinity") {
        result.data = sign(std::numeric_limits<double>::infinity());
      } else if (word == "NaN") {
        result.data = std::numeric_limits<double>::quiet_NaN();
      } else {
        failed(at, fmt::format("expected a value, found '{}'", word));
      }
    } else if (cursor_.rest().starts_with("0x") || cursor_.rest().starts_with("0X")) {
      set_whole_or_real(result, sign(hex_number()));
    } else {
      set_whole_or_real(result, sign(decimal_number()));
    }
    if (continues_identifier(cursor_.peek()) || cursor_.peek() == '\\') expected("the end of the number");
    return result;
  }

  double hex_number() {
    cursor_.next();
    cursor_.next();
    if (hex_value(cursor_.peek()) < 0) expected("a hexadecimal digit");
    double value = 0;
    while (hex_value(cursor_.peek()) >= 0)
      value = value * 16 + hex_value(cursor_.next());
    return value;
  }

  double decimal_number() {
    std::string text;
    const auto digits = [&] {
      std::size_t count = 0;
      for (; is_digit(cursor_.peek()); ++count)
        text.push_back(static_cast<char>(cursor_.next()));
      return count;
    };
    const bool zero = cursor_.peek() == '0';
    const auto whole = digits();
    if (zero && whole > 1) failed(cursor_.position(), "a number may not begin with a 0");
    std::size_t fraction = 0;
    if (cursor_.take('.')) {
      text.append(whole == 0 ? "0." : ".");
      fraction = digits();
      if (fraction == 0) text.push_back('0');
    }
    if (whole + fraction == 0) expected("a digit");
    if (cursor_.take('e') || cursor_.take('E')) {
      text.push_back('e');
      if (cursor_.peek() == '+' || cursor_.peek() == '-') {
        if (const auto c = cursor_.next(); c == '-') text.push_back('-');
      }
      if (digits() == 0) expected("a digit of the exponent");
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // Out of range leaves the value untouched: too large is infinite, too small is nothing, as in ECMAScript.
    if (error == std::errc::result_out_of_range)
      value = text.contains("e-") ? 0 : std::numeric_limits<double>::infinity();
    return value;
  }

  static void set_whole_or_real(Value& result, double number) {
    constexpr double exact = 9'007'199'254'740'992;  // 2^53: beyond it a double skips integers
    const bool whole =
        std::abs(number) <= exact && number == std::trunc(number) && !(number == 0 && std::signbit(number));
    if (whole) {
      result.data = static_cast<std::int64_t>(number);
    } else {
      result.data = number;
    }
  }

  Cursor cursor_;
  std::size_t depth_ = 0;
};

std::unexpected<Error> failure(Position at, std::string_view what) {
  return fail(Code::malformed, fmt::format("line {}, column {}: {}", at.line, at.column, what));
}

}  // namespace

Result<Value> parse(std::string_view text) {
  if (const auto valid = valid_utf8_prefix(text); valid != text.size()) {
    Cursor cursor{text.substr(0, valid)};
    while (cursor.next() != end_of_text) {
    }
    return failure(cursor.position(), "not UTF-8");
  }
  try {
    return Parser{text}.document();
  } catch (const Failure& error) {
    return failure(error.at, error.what);
  }
}

}  // namespace cspy::json5
