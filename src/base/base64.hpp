// Base64 (RFC 4648, section 4). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cspy {

/// With padding.
[[nodiscard]] std::string encode_base64(std::string_view bytes);

/// With or without padding. nullopt if the text is not base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace cspy
