// Connections to a peer, whichever kind of socket leads there, and the translation of the operating system's errors.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

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
  using TlsSocket = boost::asio::ssl::stream<Socket>;

  explicit Stream(Socket socket) : socket_{std::move(socket)} {}
  /// After the handshake.
  explicit Stream(std::unique_ptr<TlsSocket> socket) : socket_{std::move(socket)} {}

  executor_type get_executor() { return lowest().get_executor(); }
  template<class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (auto* const tls = std::get_if<1>(&socket_)) return (*tls)->async_read_some(buffers, std::forward<Token>(token));
    return std::get<0>(socket_).async_read_some(buffers, std::forward<Token>(token));
  }
  template<class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (auto* const tls = std::get_if<1>(&socket_))
      return (*tls)->async_write_some(buffers, std::forward<Token>(token));
    return std::get<0>(socket_).async_write_some(buffers, std::forward<Token>(token));
  }
  [[nodiscard]] bool is_open() const { return lowest().is_open(); }
  /// The protocol that the peer chose of those that TLS asked for ("h2"); empty where it chose none, and without TLS.
  /// Valid as long as the stream.
  [[nodiscard]] std::string_view alpn() const;
  /// Ends pending operations; without a farewell, which no peer of ours needs.
  void close();

 private:
  [[nodiscard]] Socket& lowest() {
    auto* const tls = std::get_if<1>(&socket_);
    return tls != nullptr ? (*tls)->next_layer() : std::get<0>(socket_);
  }
  [[nodiscard]] const Socket& lowest() const {
    const auto* const tls = std::get_if<1>(&socket_);
    return tls != nullptr ? std::as_const(**tls).next_layer() : std::get<0>(socket_);
  }

  std::variant<Socket, std::unique_ptr<TlsSocket>> socket_;
};

/// Connects before `deadline`, through the route's proxy where there is one: a tunnel for a `tls` endpoint and where
/// the route wants one, else a connection to the proxy itself. Then the TLS handshake, in which the peer must show a
/// certificate for the endpoint's host. A name is resolved each time, so that a peer which moves is found again;
/// "localhost" and literal addresses need no resolver. Errors: unreachable, denied, missing, timeout, and untrusted and
/// malformed for TLS, refused and forbidden for the proxy's answer.
Task<Result<Stream>> connect(Context& context, Route route, TimePoint deadline);

/// The failure of an operation on a stream. `expired`: its deadline ended it.
[[nodiscard]] Error socket_error(const boost::system::error_code& error, bool expired);

}  // namespace cspy::net
