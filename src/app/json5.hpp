// A parser for JSON5 1.0.0 (https://spec.json5.org), whole. No packaged C++ library reads it; see docs/decisions/.
//
// It gives a tree in which each value and key knows where it stands, so that a mistake in a configuration can be shown.
// Two things the standard leaves open are mistakes here: a key that comes twice, and a lone surrogate escape (the
// tree's strings are UTF-8). The caller bounds the size of the text; the depth is bounded at 64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace cspy::json5 {

/// Counted from 1; columns in characters.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

struct Member;
struct Value;
using Array = std::vector<Value>;
using Object = std::vector<Member>;  ///< in the order of the text
struct Null {};

struct Value {
  Position at;
  /// A number that is whole and fits is an integer.
  std::variant<Null, bool, std::int64_t, double, std::string, Array, Object> data;
};

struct Member {
  Position at;  ///< of the key
  std::string key;
  Value value;
};

/// Errors: malformed, "line 3, column 14: expected ',' or '}' after a member, found 'x'".
[[nodiscard]] Result<Value> parse(std::string_view text);

}  // namespace cspy::json5
