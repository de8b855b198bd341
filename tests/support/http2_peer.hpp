// A small HTTP/2 server for tests, on nghttp2's server side: it remembers what it saw and misbehaves on command.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"
#include "net/dial.hpp"
#include "net/task.hpp"

namespace cspy::test {

using Http2Headers = std::vector<std::pair<std::string, std::string>>;

struct Http2Request {
  Http2Headers headers;
  std::string body;

  /// The value of a header, empty where there is none; `name` in lower case.
  [[nodiscard]] std::string header(std::string_view name) const;
};

struct Http2Answer {
  unsigned status = 200;
  Http2Headers headers = {{"content-type", "application/grpc"}};
  std::string body = {};
  Http2Headers trailers = {{"grpc-status", "0"}};  ///< none: the body ends the stream
  bool only_trailers = false;                      ///< the headers are all there is
  int interim = 0;                                 ///< so many answers of status 103 come first
  bool endless = false;                            ///< the body comes again and again
  bool hang = false;                               ///< say nothing
  std::optional<std::uint32_t> reset = {};         ///< reset the stream with this instead of an answer
  std::optional<std::uint32_t> reset_at_end = {};  ///< ... after the headers and the body
  /// Say GOAWAY with this last stream before the answer.
  std::optional<std::int32_t> goaway = {};
  bool close = false;  ///< close the connection instead of an answer
};

/// How connections that are accepted from now on behave.
struct Http2Manners {
  std::vector<std::pair<std::int32_t, std::uint32_t>> settings = {};  ///< identifier and value
  bool silent = false;                                                ///< read, say nothing, not even SETTINGS
  std::optional<std::string> raw = {};                                ///< send these bytes instead of HTTP/2, and close
  std::optional<std::size_t> reset_after = {};  ///< reset the connection after so many bytes of the client
  bool answer_early = false;                    ///< as soon as the request's headers are there
  bool read_no_more = false;                    ///< with answer_early: do not open the window of a stream any more
  bool byte_by_byte = false;                    ///< write in pieces of one byte
};

class Http2Peer {
 public:
  using Handler = std::function<Http2Answer(const Http2Request&)>;

  enum class Listens : std::uint8_t { yes, no };

  /// Listens on a free port of the loopback address, or takes only what adopt() gives it.
  Http2Peer(boost::asio::io_context& io, Handler handler, Listens listens = Listens::yes);
  ~Http2Peer();
  Http2Peer(const Http2Peer&) = delete;
  Http2Peer& operator=(const Http2Peer&) = delete;

  [[nodiscard]] Endpoint endpoint() const;
  /// Serves a connection that somebody else accepted.
  void adopt(net::Socket socket);
  /// Stops listening and closes every connection.
  void stop();
  /// Closes every connection.
  void drop_connections();

  // To the connection that was accepted last.
  void ping();
  void goaway(std::int32_t last_stream, std::uint32_t code = 0, std::string_view text = {});
  void change_settings(const std::vector<std::pair<std::int32_t, std::uint32_t>>& settings);
  /// Sends bytes of the test's own making.
  void send_raw(std::string bytes);
  /// Opens the window of a stream by so much.
  void open_window(std::int32_t stream, std::int32_t bytes);
  void close_connection();
  /// Resets it after so many more bytes of the client.
  void reset_connection_after(std::size_t bytes);

  Http2Manners manners;

  // What was seen.
  std::vector<Http2Request> requests;
  std::size_t requests_begun = 0;
  std::size_t connections = 0;
  std::size_t connections_ended = 0;
  std::size_t pings_answered = 0;
  std::size_t settings_answered = 0;
  std::vector<std::uint32_t> resets;   ///< codes of the client's RST_STREAM
  std::vector<std::uint32_t> goaways;  ///< codes of the client's GOAWAY
  std::size_t bytes_received = 0;      ///< on the last connection

 private:
  struct Session;
  struct Acceptor;
  static net::Task<void> accept(Http2Peer* peer, std::shared_ptr<Acceptor> acceptor);
  static net::Task<void> read(std::shared_ptr<Session> session);
  static net::Task<void> write(std::shared_ptr<Session> session);

  boost::asio::io_context& io_;
  Handler handler_;
  std::shared_ptr<Acceptor> acceptor_;
  std::uint16_t port_ = 0;
  std::vector<std::weak_ptr<Session>> sessions_;
  std::weak_ptr<Session> last_;
};

/// The bytes of one frame.
[[nodiscard]] std::string http2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                                      std::string_view payload);

}  // namespace cspy::test
