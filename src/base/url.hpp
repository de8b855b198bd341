// Taking a URL apart (RFC 3986), as far as addresses of peers need it. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace cspy {

/// The parts as they stand in the text, percent-encoding and all; they refer to it.
struct Url {
  std::string_view scheme;
  bool has_user = false;
  std::string_view host;                 ///< without brackets
  bool bracketed = false;                ///< "[::1]"
  std::optional<std::string_view> port;  ///< nullopt: there is no ':'
  std::string_view path;                 ///< empty, or from its '/' on
  std::string_view query;                ///< with its '?'
  bool has_fragment = false;
};

/// nullopt where the text is no absolute URL with an authority, or has characters that a URL may not have.
[[nodiscard]] std::optional<Url> split_url(std::string_view text);

}  // namespace cspy
