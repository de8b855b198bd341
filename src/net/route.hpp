// How to reach a peer: its endpoint, a proxy, and the settings of TLS.
#pragma once

#include <optional>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/proxy.hpp"

namespace cspy::net {

class Tls;

struct Route {
  Endpoint endpoint;
  /// An HTTP proxy. If the endpoint is `tls` or `tunnel` is set, the connection is a tunnel through the proxy
  /// (CONNECT). Otherwise it ends at the proxy, and requests need the absolute form of the URL.
  std::optional<Proxy> proxy = {};
  bool tunnel = false;
  Tls* tls = nullptr;                  ///< must outlive the route; null if the endpoint is not `tls`
  std::string_view alpn = "http/1.1";  ///< the protocol that TLS requests; refers to a literal
};

}  // namespace cspy::net
