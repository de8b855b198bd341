// Asking an HTTP proxy for a tunnel to a peer (CONNECT, RFC 9110 section 9.3.6). Pure; net/stream carries the bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/proxy.hpp"

namespace cspy::net {

/// The request. The proxy resolves the peer's name.
[[nodiscard]] std::string tunnel_request(const Proxy& proxy, const Endpoint& peer);

/// What the header of the proxy's answer says, the empty line included. Errors: refused with the status, forbidden
/// where it wants credentials, malformed; with a remedy.
[[nodiscard]] Result<void> read_tunnel_answer(const Proxy& proxy, std::string_view header);

/// For people: "the proxy http://proxy:3128".
[[nodiscard]] std::string proxy_name(const Proxy& proxy);

}  // namespace cspy::net
