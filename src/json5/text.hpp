// The text of json5/parse.cpp: classes of characters, and a cursor that knows its line and column.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "json5/parse.hpp"

namespace cspy::json5 {

/// Returned by a Cursor at the end of the text. It is not a character.
inline constexpr char32_t end_of_text = 0xFFFF'FFFF;

[[nodiscard]] bool is_digit(char32_t c);
/// The value of a hexadecimal digit, or -1.
[[nodiscard]] int hex_value(char32_t c);
/// Whether the character may be the first, or a later one, of a key without quotes: letters, '$' and '_'; digits only
/// later. Outside ASCII, every character except white space counts as a letter.
[[nodiscard]] bool starts_identifier(char32_t c);
[[nodiscard]] bool continues_identifier(char32_t c);
/// ECMAScript 5.1, section 7.3: LF, CR, LS, PS.
[[nodiscard]] bool ends_line(char32_t c);
/// JSON5, section 8: includes the Unicode category Zs and the byte order mark.
[[nodiscard]] bool is_space(char32_t c);
/// Appends the character as UTF-8.
void append_utf8(std::string& out, char32_t c);
/// The name of a character in a message.
[[nodiscard]] std::string name_of(char32_t c);

/// Reads a text character by character and counts lines and columns. REQUIRES: valid UTF-8.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_{text} {}

  [[nodiscard]] Position position() const { return position_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] char32_t peek() const { return decode().first; }

  /// Returns the next character and moves behind it.
  char32_t next();
  /// Moves behind the next character if it is `expected`.
  bool take(char32_t expected);

 private:
  /// The next character and its length in bytes.
  [[nodiscard]] std::pair<char32_t, std::size_t> decode() const;

  std::string_view rest_;
  Position position_;
};

}  // namespace cspy::json5
