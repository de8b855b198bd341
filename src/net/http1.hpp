// An HTTP/1.1 client connection: one exchange at a time, kept alive between them.
//
// It knows nothing of what is asked or of when to try again. Bodies are read as they arrive, into memory of the caller,
// within a bound that the caller names.
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

/// What is referred to stays alive until the exchange has begun its answer. REQUIRES: no control characters anywhere
/// but in the body.
struct Request {
  std::string_view method;
  std::string_view target;
  std::span<const Header> headers;
  std::string_view body;
};

class Connection {
 public:
  /// Connects; errors as net::connect.
  static Task<Result<Connection>> open(Context& context, Route route, TimePoint deadline);

  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;

  /// Sends the request and reads the answer's header: its status. Everything of this exchange, its body included, must
  /// end before `deadline`, or it fails with timeout and the connection is closed. The previous exchange's body must
  /// have been read to its end. Errors: unreachable, timeout, malformed, too_large.
  Task<Result<unsigned>> exchange(Request request, TimePoint deadline);
  /// A header of the answer, empty where it has none. Valid until the next exchange.
  [[nodiscard]] std::string_view header(std::string_view name) const;

  /// Replaces `body` by the whole body of the answer; too_large beyond `bytes_max`.
  Task<Result<void>> read_body(std::string& body, std::size_t bytes_max);
  /// Reads what has arrived of the body into `buffer`, at least one byte; 0: the body has ended.
  Task<Result<std::size_t>> read_some(std::span<char> buffer);

  /// From here on the exchange may take as long as it likes: for bodies that never end.
  void release_deadline();
  /// Whether another exchange may follow: the body was read whole and both sides keep the connection.
  [[nodiscard]] bool reusable() const;
  /// Whether the failed exchange had not received a single byte: on a kept connection the peer may just have closed it.
  [[nodiscard]] bool nothing_received() const;
  /// Makes a pending operation fail at once.
  void close();

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cspy::net::http1
