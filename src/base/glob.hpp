// Patterns with '*' (any text) and '?' (any one byte), as in a shell.
#pragma once

#include <string_view>

namespace cspy {

/// The worst case takes time proportional to the product of both lengths.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace cspy
