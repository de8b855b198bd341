// Proxies as the environment names them: HTTPS_PROXY, HTTP_PROXY, NO_PROXY. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace cspy {

struct Proxy {
  Endpoint endpoint;
  /// "Basic ..." for the header Proxy-Authorization where the URL has a user; a secret, never shown.
  std::string authorization;

  bool operator==(const Proxy&) const = default;
};

/// http://[USER[:PASSWORD]@]HOST[:PORT]; "HOST:PORT" alone is taken for it. Port 80 where there is none. A path is
/// ignored where it is "/". Errors name what is not supported (https://, socks5://), never the user information.
[[nodiscard]] Result<Proxy> parse_proxy(std::string_view text);

/// Whether a peer is reached without the proxy, by Go's rules (golang.org/x/net/http/httpproxy), which most of the
/// field follows: localhost and loopback addresses always; then `no_proxy`, entries separated by commas: "*"; a name,
/// which stands for itself and its subdomains; ".name" and "*.name", for the subdomains only; an address; an address
/// range (CIDR); each but the range with an optional ":port". Entries that are none of these match nothing.
[[nodiscard]] bool bypasses_proxy(const Endpoint& endpoint, std::string_view no_proxy);

}  // namespace cspy
