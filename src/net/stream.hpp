// Connections to a peer, whichever kind of socket leads there, and the translation of the operating system's errors.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "net/context.hpp"
#include "net/route.hpp"
#include "net/task.hpp"

namespace cspy::net {

/// One type for unix and tcp sockets, so that the HTTP code exists once.
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

/// A connected stream of bytes: a socket, or TLS over one. It is an AsyncStream in Asio's sense; one read and one write
/// may be pending at once.
class Stream {
 public:
  using executor_type = Executor;

  explicit Stream(Socket socket) : socket_{std::move(socket)} {}

  executor_type get_executor() { return socket_.get_executor(); }
  template<class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return socket_.async_read_some(buffers, std::forward<Token>(token));
  }
  template<class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return socket_.async_write_some(buffers, std::forward<Token>(token));
  }
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }
  /// Ends pending operations; without a farewell, which no peer of ours needs.
  void close();

 private:
  Socket socket_;
};

/// Connects before `deadline`. A name is resolved each time, so that a peer which moves is found again; "localhost" and
/// literal addresses need no resolver. Errors: unreachable, denied, missing, timeout; TLS endpoints are invalid here.
Task<Result<Stream>> connect(Context& context, Route route, TimePoint deadline);

/// The failure of a socket operation. `expired`: its deadline ended it.
[[nodiscard]] Error socket_error(const boost::system::error_code& error, bool expired);

}  // namespace cspy::net
