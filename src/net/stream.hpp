// Connections to a peer, whichever kind of socket leads there, and the translation of the operating system's errors.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "net/context.hpp"
#include "net/task.hpp"

namespace cspy::net {

/// One type for unix and tcp sockets, so that the HTTP code exists once.
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

/// Connects before `deadline`. A name is resolved each time, so that a peer which moves is found again; "localhost" and
/// literal addresses need no resolver. Errors: unreachable, denied, missing, timeout; TLS endpoints are invalid here.
Task<Result<Socket>> connect(Context& context, Endpoint endpoint, TimePoint deadline);

/// The failure of a socket operation. `expired`: its deadline ended it.
[[nodiscard]] Error socket_error(const boost::system::error_code& error, bool expired);

}  // namespace cspy::net
