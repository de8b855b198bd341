// Sections are those of the JSON5 standard, ES5 is ECMAScript 5.1.
#include "json5/parse.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "base/utf8.hpp"
#include "json5/number.hpp"
#include "json5/text.hpp"

namespace cspy::json5 {
namespace {

/// Limit for a key in a message.
constexpr std::size_t quoted_bytes_max = 80;

std::unexpected<Error> mistake(Position at, std::string_view what) {
  return fail(Code::malformed, fmt::format("line {}, column {}: {}", at.line, at.column, what));
}

/// Section 5.1, table 1. Any other escaped character means itself.
char32_t escaped(char32_t c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return c;
  }
}

bool is_high_surrogate(char32_t c) {
  return c >= 0xD800 && c <= 0xDBFF;
}

bool is_low_surrogate(char32_t c) {
  return c >= 0xDC00 && c <= 0xDFFF;
}

char32_t join_surrogates(char32_t high, char32_t low) {
  return 0x1'0000 + ((high - 0xD800) << 10U) + (low - 0xDC00);
}

/// The result of a rule after a mistake: converts to the empty value of any type.
struct Nothing {
  template<class T>
  operator T() const {  // NOLINT(misc-explicit-constructor): any rule returns it
    return T{};
  }
};

/// One function per rule. The first mistake is stored, and the rest of the text is discarded. Then every rule ends,
/// because it is at the end of the text. Mistakes that rules find there are ignored.
class Parser {
 public:
  explicit Parser(std::string_view text) : cursor_{text} {}

  Result<Value> document() {
    skip();
    auto root = value();
    skip();
    if (cursor_.peek() != end_of_text) expected("the end of the text");
    if (mistake_) return *mistake_;
    return root;
  }

 private:
  using KnownKeys = std::map<std::string, Position>;

  Nothing wrong(Position at, std::string_view what) {
    if (!mistake_) mistake_ = mistake(at, what);
    cursor_ = Cursor{""};
    return {};
  }

  Nothing expected(std::string_view what) {
    return wrong(cursor_.position(), fmt::format("expected {}, found {}", what, name_of(cursor_.peek())));
  }

  bool take(std::string_view token) {
    if (!cursor_.rest().starts_with(token)) return false;
    for (std::size_t i = 0; i < token.size(); ++i)
      cursor_.next();
    return true;
  }

  std::string_view take_while(bool (*fits)(char32_t)) {
    const auto text = cursor_.rest();
    while (fits(cursor_.peek()))
      cursor_.next();
    return taken_of(text);
  }

  /// The part of `text`, an earlier rest(), that was read since then.
  [[nodiscard]] std::string_view taken_of(std::string_view text) const {
    return text.substr(0, text.size() - cursor_.rest().size());
  }

  // Sections 7 and 8: comments and white space.

  void skip() {
    while (!take_while(is_space).empty() || skip_comment()) {
    }
  }

  bool skip_comment() {
    const auto begin = cursor_.position();
    if (take("//")) {
      take_while([](char32_t c) { return c != end_of_text && !ends_line(c); });
      return true;
    }
    if (!take("/*")) return false;
    while (!take("*/")) {
      if (cursor_.next() == end_of_text) return wrong(begin, "this comment is not closed");
    }
    return true;
  }

  // Section 2: values.

  Value value() {
    const auto at = cursor_.position();
    return {.at = at, .data = data()};
  }

  Value::Data data() {
    const auto c = cursor_.peek();
    if (c == '{') return object();
    if (c == '[') return array();
    if (c == '"' || c == '\'') return string();
    if (is_digit(c) || c == '.' || c == '+' || c == '-') return number();
    if (starts_identifier(c)) return literal();
    return expected("a value");
  }

  Value::Data literal() {
    const auto at = cursor_.position();
    const auto word = take_while(continues_identifier);
    if (word == "true") return true;
    if (word == "false") return false;
    if (word == "null") return Null{};
    if (const auto number = named_number(word)) return *number;
    // The word may be a secret, so the message does not quote it.
    return wrong(at, "expected a value, found a word (a string needs quotes)");
  }

  // Sections 3 and 4: objects and arrays.

  Object object() {
    Object members;
    KnownKeys known;
    list('}', "',' or '}' after a member", [&] { members.push_back(member(known)); });
    return members;
  }

  Array array() {
    Array elements;
    list(']', "',' or ']' after an element", [&] { elements.push_back(value()); });
    return elements;
  }

  /// Items separated by commas, up to `close`. A trailing comma is allowed.
  template<class Item>
  void list(char32_t close, std::string_view comma_or_close, Item item) {
    if (++depth_ > depth_max) wrong(cursor_.position(), fmt::format("nested deeper than {} levels", depth_max));
    cursor_.next();
    do {
      skip();
      if (cursor_.peek() == close) break;
      item();
      skip();
    } while (cursor_.take(','));
    if (!cursor_.take(close)) expected(comma_or_close);
    --depth_;
  }

  Member member(KnownKeys& known) {
    Member member{.at = cursor_.position(), .key = key(), .value = {}};
    refuse_twice(known, member);
    skip();
    if (!cursor_.take(':')) expected("':' after a key");
    skip();
    member.value = value();
    return member;
  }

  void refuse_twice(KnownKeys& known, const Member& member) {
    const auto [earlier, is_new] = known.try_emplace(member.key, member.at);
    if (is_new) return;
    wrong(member.at,
          fmt::format("duplicate key '{}': it is already at line {}, column {}",
                      printable(member.key, quoted_bytes_max), earlier->second.line, earlier->second.column));
  }

  std::string key() {
    const auto c = cursor_.peek();
    if (c == '"' || c == '\'') return string();
    if (c == '\\' || starts_identifier(c)) return identifier();
    return expected("a key");
  }

  /// ES5, section 7.6: IdentifierName. Reserved words are names too.
  std::string identifier() {
    std::string name;
    do {
      append_utf8(name, identifier_character(name.empty() ? starts_identifier : continues_identifier));
    } while (cursor_.peek() == '\\' || continues_identifier(cursor_.peek()));
    return name;
  }

  /// An escape must produce a character that is allowed at this position.
  char32_t identifier_character(bool (*fits)(char32_t)) {
    const auto at = cursor_.position();
    if (!cursor_.take('\\')) return cursor_.next();
    if (!cursor_.take('u')) return wrong(at, "only \\u escapes are allowed in a key without quotes");
    const auto c = unicode_escape(at);
    if (!fits(c)) return wrong(at, fmt::format("{} is not allowed here in a key without quotes", name_of(c)));
    return c;
  }

  // Section 5: strings.

  std::string string() {
    const auto begin = cursor_.position();
    const auto quote = cursor_.next();
    std::string text;
    while (!cursor_.take(quote)) {
      const auto at = cursor_.position();
      const auto c = cursor_.next();
      if (c == end_of_text) return wrong(begin, "this string is not closed");
      if (c == '\n' || c == '\r') return wrong(at, "a line break in a string needs a '\\' before it");
      if (c == '\\') {
        escape(at, text);
      } else {
        append_utf8(text, c);
      }
    }
    return text;
  }

  /// Section 5.1: the text after the '\' at `at`.
  void escape(Position at, std::string& text) {
    const auto c = cursor_.next();
    if (c == end_of_text) return;
    if (ends_line(c)) {
      if (c == '\r') cursor_.take('\n');
    } else if (c == 'x') {
      append_utf8(text, hex_escape(at, 2));
    } else if (c == 'u') {
      append_utf8(text, unicode_escape(at));
    } else if (c == '0' && !is_digit(cursor_.peek())) {
      text.push_back('\0');
    } else if (is_digit(c)) {
      wrong(at, c == '0' ? "a digit must not follow '\\0'" : "a digit must not be escaped");
    } else {
      append_utf8(text, escaped(c));
    }
  }

  char32_t hex_escape(Position at, int count) {
    char32_t value = 0;
    for (int i = 0; i < count; ++i) {
      const auto digit = hex_value(cursor_.peek());
      if (digit < 0) return wrong(at, fmt::format("this escape needs {} hexadecimal digits", count));
      cursor_.next();
      value = value << 4U | static_cast<char32_t>(digit);
    }
    return value;
  }

  /// The text after the "\u" at `at`. A character above U+FFFF is written as two escapes, a surrogate pair.
  char32_t unicode_escape(Position at) {
    const auto first = hex_escape(at, 4);
    if (is_low_surrogate(first)) return lone_surrogate(at, first);
    if (!is_high_surrogate(first)) return first;
    const auto second_at = cursor_.position();
    if (!take("\\u")) return lone_surrogate(at, first);
    const auto second = hex_escape(second_at, 4);
    return is_low_surrogate(second) ? join_surrogates(first, second) : lone_surrogate(at, first);
  }

  Nothing lone_surrogate(Position at, char32_t c) {
    return wrong(at, fmt::format("U+{:04X} is half of a surrogate pair, not a character", static_cast<unsigned>(c)));
  }

  // Section 6: numbers.

  Value::Data number() {
    const bool negative = cursor_.take('-');
    if (!negative) cursor_.take('+');
    const auto number = magnitude();
    if (cursor_.peek() == '.' || continues_identifier(cursor_.peek())) return expected("the end of the number");
    return whole_or_real(negative ? -number : number);
  }

  double magnitude() {
    if (starts_identifier(cursor_.peek())) return number_word();
    if (take("0x") || take("0X")) return hexadecimal();
    return decimal();
  }

  double number_word() {
    const auto at = cursor_.position();
    const auto word = take_while(continues_identifier);
    if (const auto number = named_number(word)) return *number;
    return wrong(at, "expected a number, found a word");
  }

  double hexadecimal() {
    const auto digits = take_while([](char32_t c) { return hex_value(c) >= 0; });
    if (digits.empty()) return expected("a hexadecimal digit");
    return hexadecimal_number(digits);
  }

  double decimal() {
    const auto begin = cursor_.position();
    const auto text = cursor_.rest();
    const auto whole = take_while(is_digit);
    if (whole.size() > 1 && whole.front() == '0') return wrong(begin, "a number must not start with 0");
    const auto fraction = cursor_.take('.') ? take_while(is_digit) : "";
    if (whole.empty() && fraction.empty()) return expected("a digit");
    if (take("e") || take("E")) {
      if (!cursor_.take('-')) cursor_.take('+');
      if (take_while(is_digit).empty()) return expected("a digit of the exponent");
    }
    return decimal_number(taken_of(text));
  }

  Cursor cursor_;
  std::optional<std::unexpected<Error>> mistake_;
  std::size_t depth_ = 0;
};

/// The position of the end of `text`. REQUIRES: valid UTF-8.
Position end_position(std::string_view text) {
  Cursor cursor{text};
  while (cursor.next() != end_of_text) {
  }
  return cursor.position();
}

}  // namespace

Result<Value> parse(std::string_view text) {
  if (const auto valid = valid_utf8_prefix(text); valid != text.size()) {
    const unsigned byte = static_cast<unsigned char>(text[valid]);
    return mistake(end_position(text.substr(0, valid)), fmt::format("not valid UTF-8: byte 0x{:02X}", byte));
  }
  return Parser{text}.document();
}

}  // namespace cspy::json5
