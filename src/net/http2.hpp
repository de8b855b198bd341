// An HTTP/2 client connection (RFC 9113) on nghttp2: one request at a time, kept between them.
//
// It knows nothing of gRPC or of when to try again. While it is open, one coroutine reads and one writes, so that a
// peer that answers before it has read the request, sends PING or says GOAWAY while nothing is asked is heard at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "net/context.hpp"
#include "net/route.hpp"
#include "net/task.hpp"

namespace cspy::net::http2 {

struct Header {
  std::string_view name;  ///< lower case
  std::string_view value;
};

/// What is referred to stays alive until the exchange has ended. REQUIRES: no control characters anywhere but in the
/// body.
struct Request {
  std::string_view path;
  std::span<const Header> headers;              ///< beyond :method (POST), :scheme, :authority and :path
  std::span<const std::string_view> body = {};  ///< in pieces, sent one after the other
};

struct Answer {
  unsigned status = 0;
  /// In the order of arrival; those of the trailer, and of an answer that is only a trailer, stand in `trailers`.
  std::vector<std::pair<std::string, std::string>> headers = {}, trailers = {};
  std::string body = {};
  /// The error code with which the peer reset the stream; 0 (NO_ERROR): it did not, or only because it wants no more of
  /// the request.
  std::uint32_t reset_code = 0;

  /// The value of a header, or of one of the trailers; empty where there is none. `name` is in lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] std::string_view trailer(std::string_view name) const;
};

class Connection {
 public:
  /// Connects with prior knowledge, or with TLS and ALPN "h2"; a peer that does not choose h2 is an error (malformed).
  /// Errors: as net::connect.
  static Task<Result<Connection>> open(Context& context, Route route, TimePoint deadline);

  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;

  /// Sends the request and reads the whole answer, which must end before `deadline`: at it the connection is closed.
  /// The peer's flow-control windows are obeyed, however small. An answer that ends before the request does is taken;
  /// the rest of the request is not sent. Errors: unreachable (also a GOAWAY that excludes this stream, and a stream
  /// that is reset before it had a status), timeout, cancelled (closed meanwhile), malformed, too_large (the connection
  /// is closed).
  Task<Result<Answer>> exchange(Request request, TimePoint deadline, std::size_t body_bytes_max);
  /// Whether another exchange may follow: open, no GOAWAY, streams left.
  [[nodiscard]] bool reusable() const;
  /// Whether the peer has not acted upon the failed exchange: nothing of its stream was received, and it was not sent,
  /// or the peer said so (GOAWAY below it, REFUSED_STREAM), or the connection, kept from an earlier exchange, ended
  /// without another byte, as it does where the peer had already closed it.
  [[nodiscard]] bool safe_to_repeat() const;
  /// Makes a pending exchange fail at once and ends the connection's coroutines.
  void close();

 private:
  struct State;
  explicit Connection(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  ///< shared with its two coroutines, which end after it was closed
};

}  // namespace cspy::net::http2
