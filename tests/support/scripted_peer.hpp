// A peer on a real socket that does to each connection what a script says: the faults of networks and servers, step by
// step.
#pragma once

#include <openssl/types.h>

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "net/task.hpp"

namespace cspy::test {

struct Step {
  enum class Kind : std::uint8_t {
    read_bytes,    ///< reads `count` bytes
    read_request,  ///< reads a header and its body
    send,          ///< sends `text`
    send_slowly,   ///< sends `text`, one byte at a time
    handshake,     ///< begins TLS with `tls`; what follows goes over it
    begin_tls,     ///< answers the client's hello with `count` bytes of what `tls` says, and no more
    silence,       ///< does nothing until the client goes away
    reset,         ///< ends the connection with a reset
  };
  Kind kind;
  std::size_t count = 0;
  std::string text = {};
  std::shared_ptr<SSL_CTX> tls = {};
};

inline Step read_bytes(std::size_t count) {
  return {.kind = Step::Kind::read_bytes, .count = count};
}
inline Step read_request() {
  return {.kind = Step::Kind::read_request};
}
inline Step send(std::string text) {
  return {.kind = Step::Kind::send, .text = std::move(text)};
}
inline Step send_slowly(std::string text) {
  return {.kind = Step::Kind::send_slowly, .text = std::move(text)};
}
inline Step handshake(std::shared_ptr<SSL_CTX> tls) {
  return {.kind = Step::Kind::handshake, .tls = std::move(tls)};
}
inline Step begin_tls(std::shared_ptr<SSL_CTX> tls, std::size_t count) {
  return {.kind = Step::Kind::begin_tls, .count = count, .tls = std::move(tls)};
}
inline Step silence() {
  return {.kind = Step::Kind::silence};
}
inline Step reset() {
  return {.kind = Step::Kind::reset};
}

class ScriptedPeer {
 public:
  /// The connection is closed when the script has ended, or when the client ends it.
  using Script = std::vector<Step>;

  /// Listens at a free port, or at `port`.
  explicit ScriptedPeer(boost::asio::io_context& io, const std::string& address = "127.0.0.1", std::uint16_t port = 0);
  ~ScriptedPeer();
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  /// The script of the next connection that has none yet; the last one is followed by all later ones, too.
  void expect(Script script) { state_->scripts.push_back(std::move(script)); }
  /// Forgets the scripts.
  void expect_only(Script script) { state_->scripts = {std::move(script)}; }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() const { return state_->connections; }
  /// What read_request has read, in its order.
  [[nodiscard]] const std::vector<std::string>& requests() const { return state_->requests; }
  /// The server name that the client's TLS asked for last.
  [[nodiscard]] const std::string& server_name() const { return state_->server_name; }
  /// Stops listening and closes every connection.
  void stop();

 private:
  struct Session;
  struct Acceptor;
  /// Shared with the coroutines, which end after the peer was stopped.
  struct State {
    std::deque<Script> scripts;
    std::list<std::weak_ptr<Session>> sessions;
    std::vector<std::string> requests;
    std::string server_name;
    std::size_t connections = 0;
  };
  static net::Task<void> accept(std::shared_ptr<State> state, std::shared_ptr<Acceptor> acceptor);
  static net::Task<void> follow(std::shared_ptr<State> state, std::shared_ptr<Session> session, Script script);
  static net::Task<bool> take(std::shared_ptr<State> state, std::shared_ptr<Session> session, Step step);

  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::shared_ptr<Acceptor> acceptor_;
  std::uint16_t port_ = 0;
};

}  // namespace cspy::test
