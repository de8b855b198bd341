// Small operations on ASCII text that several parsers share. Pure, without locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspy {

/// Without the spaces, tabs and line breaks around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// With A to Z in lower case.
[[nodiscard]] std::string lowered(std::string_view text);

/// The parts between separators, at least one.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// "%2C" as ','; nullopt where a '%' is not followed by two hexadecimal digits. The result may hold any byte.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace cspy
