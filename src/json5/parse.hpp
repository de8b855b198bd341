// A parser for JSON5 1.0.0 (https://spec.json5.org), whole. No packaged C++ library reads it; see docs/decisions/.
//
// It gives a tree that owns its text and in which each value and key knows where it stands, so that a mistake in a
// configuration can be shown. It reads no file and bounds no size: the caller does (limits::config_file_bytes_max).
//
// What the standard leaves open is decided for configurations:
// - A key that comes twice in an object is a mistake (section 3 lets the last one win, which hides it).
// - A lone surrogate escape is a mistake: strings are UTF-8, and text that is not valid UTF-8 is refused.
// - Numbers are doubles (section 10): what is too large is infinite, what is too small is 0, as in ECMAScript.
// - Beyond ASCII every character but white space may stand in a key without quotes. The standard allows letters only;
//   the table of them would be longer than this parser, and nobody is helped by refusing the others.
// - U+2028 and U+2029 in strings are read without the warning that section 5.2 advises.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace cspy::json5 {

/// Objects and arrays within each other: more than any configuration has, far less than the stack holds.
inline constexpr std::size_t depth_max = 64;

/// Counted from 1; columns in Unicode code points. Lines end where the standard ends them: LF, CR, CR LF, U+2028,
/// U+2029.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

struct Member;
struct Value;
using Array = std::vector<Value>;
using Object = std::vector<Member>;  ///< in the order of the text, no key twice
struct Null {};

struct Value {
  /// A number is an integer if it is whole and below 2^53, where each integer has a double of its own; else a double.
  /// -0 is a double.
  using Data = std::variant<Null, bool, std::int64_t, double, std::string, Array, Object>;

  Position at;  ///< of its first character
  Data data;
};

struct Member {
  Position at;  ///< of the key
  std::string key;
  Value value;
};

/// Reads the one value that `text` consists of, comments and white space around it.
/// Errors: malformed, of the first mistake, "line 3, column 14: expected ',' or '}' after a member, found 'x'".
[[nodiscard]] Result<Value> parse(std::string_view text);

}  // namespace cspy::json5
