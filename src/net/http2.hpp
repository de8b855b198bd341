// An HTTP/2 client connection (RFC 9113) on nghttp2: one request at a time, kept between them.
//
// It does not know gRPC and never repeats a request. While the connection is open, one coroutine reads and another one
// writes. So an early answer is read at once, and so are PING and GOAWAY between two requests.
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

/// The referenced memory must stay valid until exchange() returns. REQUIRES: no control characters outside the body.
struct Request {
  std::string_view path;
  std::span<const Header> headers;              ///< without :method (always POST), :scheme, :authority and :path
  std::span<const std::string_view> body = {};  ///< pieces, sent in this order
};

struct Answer {
  unsigned status = 0;
  /// In the order of arrival. If the answer is a trailer only, its headers are in `trailers`.
  std::vector<std::pair<std::string, std::string>> headers = {}, trailers = {};
  std::string body = {};
  /// The error code with which the peer reset the stream. 0 (NO_ERROR): no reset, or the peer did not need the rest of
  /// the request.
  std::uint32_t reset_code = 0;

  /// The value of a header or trailer, or an empty text. REQUIRES: `name` is in lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] std::string_view trailer(std::string_view name) const;
};

class Connection {
 public:
  /// Connects with prior knowledge, or with TLS and ALPN "h2". Errors: as net::connect; malformed if the peer does not
  /// choose h2.
  static Task<Result<Connection>> open(Context& context, Route route, TimePoint deadline);

  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;

  /// Sends the request and reads the whole answer. At `deadline` the connection is closed. If the answer ends before
  /// the request was sent, the rest of the request is not sent. Errors: unreachable (also if GOAWAY excludes this
  /// stream, or the stream is reset before its status), timeout, cancelled (close() was called), malformed, too_large
  /// (the connection is closed).
  Task<Result<Answer>> exchange(Request request, TimePoint deadline, std::size_t body_bytes_max);
  /// Whether another exchange may follow: the connection is open, has no GOAWAY and has streams left.
  [[nodiscard]] bool reusable() const;
  /// Whether the peer has not acted on the failed exchange. This requires that nothing of its stream was received, and
  /// one of: the request was not sent; the peer refused it (GOAWAY below the stream, REFUSED_STREAM); the connection
  /// was kept from an earlier exchange and ended without another byte, because the peer had closed it.
  [[nodiscard]] bool safe_to_repeat() const;
  /// A pending exchange fails at once, and both coroutines end.
  void close();

 private:
  struct State;
  explicit Connection(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  ///< shared with the two coroutines, which end after close()
};

}  // namespace cspy::net::http2
