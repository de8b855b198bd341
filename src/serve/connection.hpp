// One connection of a client: reads requests one after the other and answers each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/trouble.hpp"
#include "net/context.hpp"
#include "net/stream.hpp"
#include "serve/bounds.hpp"
#include "serve/head.hpp"
#include "serve/message.hpp"
#include "serve/request_reader.hpp"
#include "serve/router.hpp"

namespace cspy::serve {

/// What the connections of a server share.
struct Service {
  /// An answer is there, or there is none because of an internal error. The log gets a line when this changes.
  void note_success();
  void note_failure(const std::string& why);

  net::Context& context;
  Log& log;
  Router router;
  Authorize authorize;
  Bounds bounds;
  std::size_t compressors = 0;  ///< in use
  bool stopping = false;        ///< no further requests
  Trouble failures{limits::trouble_free_rounds};
};

class Connection {
 public:
  /// `tls`: the handshake comes first. `refuse`: the first request is answered with 503. The service must outlive this.
  Connection(Service& service, net::Stream stream, bool tls, bool refuse);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves until the client, the server or a limit ends the connection.
  net::Task<void> run();
  /// Ends what run() waits for, except a handler.
  void close();
  /// Closes the connection if it has been idle since then. Idle connections have no deadline of their own: the timer of
  /// deadlines would run twenty times a second while a scraper keeps its connection.
  void close_if_idle(net::TimePoint since);
  /// The server stops: closes the connection unless it is answering.
  void stop();

  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] bool refuses() const { return refuse_; }
  /// Whether the connection may be closed because another client needs its place: it was kept for another request, or
  /// its client is slow to send a request.
  [[nodiscard]] bool replaceable(net::TimePoint now) const;
  /// When it began to wait for the client.
  [[nodiscard]] net::TimePoint waiting_since() const { return waiting_since_; }

 private:
  enum class State : std::uint8_t { reading_head, idle, answering };

  net::Task<bool> handshake();
  /// Reads until a request or a refusal is there. false: the client is gone.
  net::Task<bool> read_request();
  /// Answers it. false: the connection cannot go on.
  net::Task<bool> answer();
  net::Task<Response> respond(Request request);
  net::Task<Response> route(Request request) const;
  net::Task<bool> send(const Request* request, Response* response, bool may_keep);
  net::Task<bool> send_pieces(std::string out, Source source, const Delivery* delivery);
  net::Task<bool> write(std::string_view bytes);
  /// Reads what the client still sends, so that the answer is not lost by a reset.
  net::Task<void> linger();
  net::Task<std::size_t> read_some();
  void wait_for(State state);

  Service& service_;
  net::Stream stream_;
  RequestReader reader_;
  std::string in_;  ///< read, but not taken by reader_
  net::TimePoint waiting_since_;
  State state_ = State::reading_head;
  bool tls_;
  bool refuse_;
  bool timed_out_ = false;  ///< the request did not arrive in time
  bool keep_ = false;       ///< the answer has said that another request may follow
  bool closed_ = false;
};

}  // namespace cspy::serve
