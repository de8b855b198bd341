// An HTTP/2 client connection (RFC 9113) on nghttp2: one request at a time, kept between them.
//
// It knows nothing of gRPC or of when to try again. While it is open, one coroutine reads and one writes, so that a
// peer that answers before it has read the request, sends PING or says GOAWAY while nothing is asked is heard at once.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "net/context.hpp"
#include "net/stream.hpp"
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
  std::span<const Header> headers;         ///< beyond :method (POST), :scheme, :authority and :path
  std::span<const std::string_view> body;  ///< in pieces, sent one after the other
};

struct Answer {
  unsigned status = 0;
  /// In the order of arrival; those of the trailer, and of an answer that is only a trailer, stand in `trailers`.
  std::vector<std::pair<std::string, std::string>> headers, trailers;
  std::string body;
  /// The error code with which the peer reset the stream; 0 (NO_ERROR): it did not, or only because it wants no more of
  /// the request.
  std::uint32_t reset_code = 0;

  /// Of the headers or the trailers; empty where there is none.
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

  /// Sends the request and reads the whole answer, which must end before `deadline`: at it the stream is reset, the
  /// connection closed. The peer's flow-control windows are obeyed, however small. Errors: unreachable (also a GOAWAY
  /// that excludes this stream, and a stream that is reset before it had a status), timeout, malformed, too_large.
  Task<Result<Answer>> exchange(Request request, TimePoint deadline, std::size_t body_bytes_max);
  /// Whether another exchange may follow: open, no GOAWAY, streams left.
  [[nodiscard]] bool reusable() const;
  /// Whether the peer cannot have acted upon the failed exchange: nothing of its stream was received, and either the
  /// peer said so (GOAWAY below it, REFUSED_STREAM) or the connection, kept from an earlier exchange, was already
  /// closed.
  [[nodiscard]] bool safe_to_repeat() const;
  /// Makes a pending exchange fail at once and ends the connection's coroutines.
  void close();

 private:
  struct State;
  explicit Connection(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  ///< shared with its two coroutines, which end after it was closed
};

}  // namespace cspy::net::http2
