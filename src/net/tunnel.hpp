// Opening a tunnel to a peer through an HTTP proxy (CONNECT, RFC 9110 section 9.3.6). Pure; net/stream does the I/O.
#pragma once

#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/proxy.hpp"

namespace cspy::net {

/// The request for a tunnel. The proxy resolves the name of the peer.
[[nodiscard]] std::string tunnel_request(const Proxy& proxy, const Endpoint& peer);

/// Checks the answer of the proxy: `header` with the empty line at its end. Errors, each with a remedy: refused,
/// forbidden (the proxy wants other credentials).
[[nodiscard]] Result<void> read_tunnel_answer(const Proxy& proxy, std::string_view header);

/// For people: "the proxy http://proxy:3128".
[[nodiscard]] std::string proxy_name(const Proxy& proxy);

}  // namespace cspy::net
