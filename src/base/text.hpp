// Small operations on ASCII text, shared by several parsers. Pure, without locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspy {

/// `text` without leading and trailing spaces, tabs and line breaks.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// `text` with A to Z in lower case.
[[nodiscard]] std::string lowered(std::string_view text);

/// `text` with a to z in upper case.
[[nodiscard]] std::string uppered(std::string_view text);

/// The parts between separators: at least one, which may be empty.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// Decodes "%2C" to ','. nullopt if a '%' is not followed by two hexadecimal digits. The result may hold any byte.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace cspy
