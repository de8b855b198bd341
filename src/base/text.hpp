// Small operations on ASCII text that several parsers share. Pure, without locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cspy {

/// Without the spaces, tabs and line breaks around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// With A to Z in lower case.
[[nodiscard]] std::string lowered(std::string_view text);

/// "%2C" as ','; nullopt where a '%' is not followed by two hexadecimal digits. The result may hold any byte.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace cspy
