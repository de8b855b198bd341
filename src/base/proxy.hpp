// A proxy, and its URL as in HTTPS_PROXY and HTTP_PROXY. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace cspy {

struct Proxy {
  Endpoint endpoint;
  /// The value of the header Proxy-Authorization, "Basic ...", if the URL has a user. A secret: never shown.
  std::string authorization;

  bool operator==(const Proxy&) const = default;
};

/// http://[USER[:PASSWORD]@]HOST[:PORT]; "http://" may be missing. The default port is 80. The path "/" is ignored. An
/// error names what is not supported (https://, socks5://); it never shows the user or the password.
[[nodiscard]] Result<Proxy> parse_proxy(std::string_view text);

}  // namespace cspy
