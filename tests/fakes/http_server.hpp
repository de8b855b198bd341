// A small HTTP/1.1 server for the viewer, the engine stand-in and the fakes of the tests. Not part of the agent.
//
// It answers what a handler says, and it can misbehave on command: cut an answer short, say nothing, never end.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"
#include "net/dial.hpp"
#include "net/task.hpp"

namespace cspy::fakes {

struct HttpRequest {
  std::string method;
  std::string target;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  /// The value of a header, empty where there is none; `name` in any case.
  [[nodiscard]] std::string header(std::string_view name) const;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool chunked = false;                       ///< send the body in two chunks instead of with its length
  bool in_parts = false;                      ///< chunked, with a write for the header, the chunk and the end each
  bool stream = false;                        ///< after the body, stay open for broadcast()
  bool close = false;                         ///< close the connection after the answer
  std::optional<std::string> raw = {};        ///< these bytes instead of an answer
  std::optional<std::size_t> cut_after = {};  ///< close after so many bytes of the answer
  bool hang = false;                          ///< say nothing until the client gives up
  bool endless = false;                       ///< repeat the body for ever, chunk after chunk
  std::chrono::milliseconds delay{};          ///< before the first byte
  std::chrono::milliseconds drip{};           ///< between two bytes; 0: the answer goes out at once
};

class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  HttpServer(boost::asio::io_context& io, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens at a unix socket's path (an old one is replaced) or at an address; port 0 takes a free one. Throws where
  /// it cannot.
  void listen(const Endpoint& endpoint);
  /// Serves a connection that somebody else accepted.
  void adopt(net::Socket socket);
  /// The port that was taken.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Stops listening and closes every connection. listen() may follow.
  void stop();
  /// Closes every connection, but goes on listening.
  void drop_connections();

  /// Sends `text` as a chunk to all that have a stream open.
  void broadcast(const std::string& text);
  [[nodiscard]] std::size_t streams() const;
  [[nodiscard]] std::size_t connections_accepted() const { return accepted_; }

 private:
  struct Session;
  struct Acceptor;
  net::Task<void> accept(std::shared_ptr<Acceptor> acceptor);
  net::Task<void> serve(std::shared_ptr<Session> session);
  /// Whether the session can go on.
  static net::Task<bool> send(std::shared_ptr<Session> session, std::string bytes, std::chrono::milliseconds drip);

  boost::asio::io_context& io_;
  Handler handler_;
  std::shared_ptr<Acceptor> acceptor_;
  std::list<std::weak_ptr<Session>> sessions_;
  std::uint16_t port_ = 0;
  std::size_t accepted_ = 0;
};

}  // namespace cspy::fakes
