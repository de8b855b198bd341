// The list of peers that are reached without a proxy: NO_PROXY. Pure.
#pragma once

#include <string_view>

#include "base/endpoint.hpp"

namespace cspy {

/// Whether `endpoint` is reached without a proxy, by the rules of Go (golang.org/x/net/http/httpproxy), which most
/// programs follow. Localhost, loopback addresses and unix sockets always are. Otherwise an entry of `no_proxy`, a list
/// separated by commas, has to match:
/// - "*": every endpoint
/// - "name": this host and its subdomains
/// - ".name", "*.name": the subdomains only
/// - an address, or an address range (CIDR)
/// All but "*" and the range may have a ":port". Any other entry matches nothing.
[[nodiscard]] bool bypasses_proxy(const Endpoint& endpoint, std::string_view no_proxy);

}  // namespace cspy
