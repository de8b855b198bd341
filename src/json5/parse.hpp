// A complete parser for JSON5 1.0.0 (https://spec.json5.org). No packaged C++ library can parse it; see
// docs/decisions/.
//
// The result is a tree that owns its text. Each value and key has its position, so that error messages can show it. The
// caller limits the size of the text (limits::config_file_bytes_max).
//
// Where the standard leaves a choice, this parser does what helps with configuration files:
// - A duplicate key in an object is an error (section 3 lets the last one win, which hides the mistake).
// - A lone surrogate escape is an error, and so is text that is not valid UTF-8.
// - Numbers are doubles (section 10): too large ones become infinity, too small ones become 0, as in ECMAScript.
// - Outside ASCII, every character except white space is allowed in a key without quotes. The standard allows only
//   letters, but a table of them would be longer than this parser and help nobody.
// - U+2028 and U+2029 in strings are accepted without the warning that section 5.2 recommends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace cspy::json5 {

/// Nesting depth of objects and arrays: more than any configuration needs, and far less than the stack allows.
inline constexpr std::size_t depth_max = 64;

/// Line and column, counted from 1. Columns are Unicode code points. Lines end with LF, CR, CR LF, U+2028 or U+2029.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

struct Member;
struct Value;
using Array = std::vector<Value>;
using Object = std::vector<Member>;  ///< in the order of the text; keys are unique
struct Null {};

struct Value {
  /// A number is an int64_t if it is whole and its absolute value is below 2^53, so that the double is exact.
  /// Otherwise, and for -0, it is a double.
  using Data = std::variant<Null, bool, std::int64_t, double, std::string, Array, Object>;

  Position at;  ///< position of its first character
  Data data;
};

struct Member {
  Position at;  ///< position of the key
  std::string key;
  Value value;
};

/// Parses `text`: one value, with optional comments and white space around it.
/// Errors: malformed, for the first mistake: "line 3, column 14: expected ',' or '}' after a member, found 'x'".
/// A message shows keys and single characters, but never a value, which may be a secret.
[[nodiscard]] Result<Value> parse(std::string_view text);

}  // namespace cspy::json5
