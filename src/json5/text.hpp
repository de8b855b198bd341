// The text that parse.cpp reads, character by character: which character may stand where, and its line and column.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "json5/parse.hpp"

namespace cspy::json5 {

/// What a Cursor gives when nothing is left; no character has this number.
inline constexpr char32_t end_of_text = 0xFFFF'FFFF;

[[nodiscard]] bool is_digit(char32_t c);
/// -1: not a hexadecimal digit.
[[nodiscard]] int hex_value(char32_t c);
/// Whether a key without quotes may begin with it, or have it further on: letters, '$' and '_', and digits not as the
/// first. Beyond ASCII every character counts as a letter, except white space.
[[nodiscard]] bool starts_identifier(char32_t c);
[[nodiscard]] bool continues_identifier(char32_t c);
/// ECMAScript 5.1, section 7.3: LF, CR, LS, PS.
[[nodiscard]] bool ends_line(char32_t c);
/// JSON5, section 8: with the whole category Zs and the byte order mark.
[[nodiscard]] bool is_space(char32_t c);
void append_utf8(std::string& out, char32_t c);
/// How a character is shown in a message.
[[nodiscard]] std::string name_of(char32_t c);

/// Walks a text by characters and counts lines and columns. REQUIRES: valid UTF-8.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_{text} {}

  [[nodiscard]] Position position() const { return position_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] char32_t peek() const { return decode().first; }

  /// Goes on by one character and returns it.
  char32_t next();
  /// Goes on if the next character is `expected`.
  bool take(char32_t expected);

 private:
  /// The next character and its length in bytes.
  [[nodiscard]] std::pair<char32_t, std::size_t> decode() const;

  std::string_view rest_;
  Position position_;
};

}  // namespace cspy::json5
