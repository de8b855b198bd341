// How to reach a peer: the peer itself, a proxy before it, and what TLS needs.
#pragma once

#include <optional>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/proxy.hpp"

namespace cspy::net {

class Tls;

struct Route {
  Endpoint endpoint;
  /// An HTTP proxy. A connection to a `tls` endpoint, and one that is a `tunnel`, goes through CONNECT; any other leads
  /// to the proxy itself, which wants requests in the absolute form.
  std::optional<Proxy> proxy = {};
  bool tunnel = false;
  Tls* tls = nullptr;                  ///< outlives the route; null where the endpoint is not `tls`
  std::string_view alpn = "http/1.1";  ///< the protocol that TLS asks for, a literal
};

}  // namespace cspy::net
