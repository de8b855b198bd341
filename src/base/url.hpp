// Splitting a URL into its parts (RFC 3986). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cspy {

/// The parts refer to the text and are still percent-encoded.
struct Url {
  std::string_view scheme;
  bool has_user = false;
  std::string_view host;                 ///< without brackets
  bool bracketed = false;                ///< "[::1]"
  std::optional<std::string_view> port;  ///< nullopt: no ':' after the host
  std::string_view path;                 ///< empty, or with its '/'
  std::string_view query;                ///< with its '?'
  bool has_fragment = false;
};

/// nullopt if the text is not an absolute URL with a host part, or has characters that a URL must not contain.
[[nodiscard]] std::optional<Url> split_url(std::string_view text);

/// The URL for people, with "?***" instead of its query and fragment, which may be secrets. It need not be valid.
[[nodiscard]] std::string without_query(std::string_view url);

}  // namespace cspy
