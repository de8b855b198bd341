// Connections to a peer over any kind of socket, and the translation of the errors of sockets and TLS.
#pragma once

#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "net/context.hpp"
#include "net/dial.hpp"
#include "net/route.hpp"
#include "net/task.hpp"

namespace cspy::net {

/// A connected stream of bytes: a socket, or TLS over a socket. It is an AsyncStream of Asio. One read and one write
/// may be pending at the same time.
class Stream {
 public:
  using executor_type = Executor;
  using TlsSocket = boost::asio::ssl::stream<Socket>;

  explicit Stream(Socket socket) : socket_{std::move(socket)} {}
  /// REQUIRES: the TLS handshake is done before other operations.
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
  /// The protocol that the peer chose in the TLS handshake ("h2"); empty if it chose none, or without TLS. Valid as
  /// long as the stream.
  [[nodiscard]] std::string_view alpn() const;
  /// Reads end now and later, after what has already arrived. Writing goes on.
  void stop_reading();
  /// The peer reads the end of the stream after what was sent. Reading goes on.
  void stop_writing();
  /// Closes the socket, which ends pending operations. No TLS close_notify is sent; HTTP does not need it.
  void close();

 private:
  friend Task<Result<void>> accept_handshake(Stream* stream);
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

/// Connects before `deadline`, through the proxy of the route if there is one (see Route). For a `tls` endpoint, the
/// TLS handshake follows; the peer needs a certificate for the host of the endpoint. A name is resolved for each
/// connection, because a peer may move. "localhost" and addresses need no resolver. If there are several addresses, the
/// one that worked last comes first, and each gets a share of the time. Errors: unreachable, denied, missing, timeout;
/// untrusted, malformed (TLS); refused, forbidden (the proxy).
Task<Result<Stream>> connect(Context& context, Route route, TimePoint deadline);

/// TLS as a server over an accepted socket. accept_handshake() must follow before other operations. The certificates
/// are those that `tls` has now. Errors: as Tls::context.
Result<Stream> server_stream(Socket socket, Tls& tls);
/// Does the server's part of the handshake. The caller sets a deadline, which closes the stream. The stream must
/// outlive the task. Errors: untrusted, malformed, unreachable.
Task<Result<void>> accept_handshake(Stream* stream);

/// The error of a failed operation on a stream. `expired`: the deadline has passed.
[[nodiscard]] Error socket_error(const boost::system::error_code& error, bool expired);

}  // namespace cspy::net
