// A small HTTP/1.1 server for clients that nobody trusts: GET and HEAD, from handlers, with a limit on everything.
//
// It runs on the loop of the program and never delays it: an answer is made and sent piece by piece, and other
// coroutines run in between. What it answers is the handlers' business. It reads no files except certificates.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "net/context.hpp"
#include "net/task.hpp"
#include "net/tls.hpp"
#include "serve/bounds.hpp"
#include "serve/listen_address.hpp"
#include "serve/listener.hpp"
#include "serve/message.hpp"
#include "serve/router.hpp"

namespace cspy::serve {

class Server {
 public:
  /// `context`, `log` and what the handlers refer to must outlive this.
  Server(net::Context& context, Log& log, Router router, Bounds bounds = {});
  /// REQUIRES: run() was never started, has ended, or its frame is destroyed (app/loop).
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before run().

  /// Who may read. Without it, everybody may.
  void authorize_with(Authorize authorize);
  /// TLS on all TCP sockets. `tls` is of Side::server and must outlive this. Error: the files cannot be used.
  [[nodiscard]] Result<void> secure_with(net::Tls& tls);
  /// Listens at each address. After an error the server listens at none. Errors: as Listener::open.
  [[nodiscard]] Result<void> open(std::span<const ListenAddress> addresses);
  /// Uses sockets that are already open: see passed_listeners().
  void adopt(std::vector<Listener> listeners);

  /// Where it listens, as Listener::text.
  [[nodiscard]] std::vector<std::string> addresses() const;

  /// Serves until stop(), and then until the last connection has ended. A connection ends when its handler does, so a
  /// handler that waits must end when the program stops.
  net::Task<void> run();
  /// Accepts no more. Idle connections are closed at once. Answers in progress have limits::serve_stop_time_max.
  void stop();

  /// Open connections, with those that are being refused.
  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cspy::serve
