// The seam of the network: looking up names, and connecting to one address. The simulator links definitions of its own,
// which give streams to its models (tests/simulator).
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "net/context.hpp"
#include "net/task.hpp"

namespace cspy::net {

/// One type for unix and TCP sockets, so that the HTTP code exists once.
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;
using Address = boost::asio::generic::stream_protocol::endpoint;

/// The addresses of a name, in the system's order of preference. Those who need the same name at the same time share
/// one lookup. A lookup that misses `deadline` is left behind: its thread ends when the system's resolver gives up.
/// While there are limits::lookups_max of them, others wait. Errors: unreachable, timeout.
Task<Result<std::vector<Address>>> look_up(Context& context, std::string host, std::uint16_t port, TimePoint deadline);

/// Connects to one address before `deadline`. Errors: unreachable, denied, missing, timeout.
Task<Result<Socket>> dial(Context& context, Address address, TimePoint deadline);

}  // namespace cspy::net
