// An HTTP/1.1 client connection: one exchange at a time, kept alive between them.
//
// It does not know the meaning of a request and never repeats one. Bodies are read as they arrive, into memory of the
// caller, up to a limit that the caller sets.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/context.hpp"
#include "net/route.hpp"
#include "net/task.hpp"

namespace cspy::net::http1 {

struct Header {
  std::string_view name;
  std::string_view value;
};

/// The referenced memory must stay valid until exchange() returns. REQUIRES: no control characters outside the body.
struct Request {
  std::string_view method;
  std::string_view target;
  std::span<const Header> headers;
  std::string_view body;
};

class Connection {
 public:
  /// Connects. Errors: as net::connect.
  static Task<Result<Connection>> open(Context& context, Route route, TimePoint deadline);

  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;

  /// Sends the request, reads the header of the answer and returns its status. The whole exchange, including the body,
  /// must end before `deadline`; otherwise it fails with timeout and the connection is closed.
  /// REQUIRES: the body of the previous answer was read to its end. Errors: unreachable, timeout, malformed, too_large.
  Task<Result<unsigned>> exchange(Request request, TimePoint deadline);
  /// A header of the answer, or an empty text. Valid until the next exchange.
  [[nodiscard]] std::string_view header(std::string_view name) const;

  /// Replaces `body` by the whole body of the answer. Error too_large if it has more than `bytes_max`.
  Task<Result<void>> read_body(std::string& body, std::size_t bytes_max);
  /// Reads the next part of the body, at least one byte, into `buffer`. 0: the body has ended.
  Task<Result<std::size_t>> read_some(std::span<char> buffer);

  /// Removes the deadline of the exchange: for bodies that never end.
  void release_deadline();
  /// Whether another exchange may follow: the body was read to its end, and both sides keep the connection open.
  [[nodiscard]] bool reusable() const;
  /// Whether the failed exchange received no byte at all. On a kept connection the peer may have closed it before.
  [[nodiscard]] bool nothing_received() const;
  /// A pending operation fails at once.
  void close();

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cspy::net::http1
