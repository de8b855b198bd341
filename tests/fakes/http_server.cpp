#include "tests/fakes/http_server.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cctype>
#include <deque>
#include <iterator>
#include <variant>

#include "net/context.hpp"
#include "net/stream.hpp"

namespace cspy::fakes {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using net::Task;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable_t<net::Executor>{});
constexpr std::size_t request_bytes_max = 64 * 1024 * 1024;

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string chunk(std::string_view text) {
  return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

/// The answer as Go's net/http sends it when the handler flushes: the header, the body as one chunk and the end of the
/// chunks each by a write of its own. dockerd answers so.
std::array<std::string, 3> compose_in_parts(const HttpResponse& response) {
  std::string head = fmt::format("HTTP/1.1 {} Answer\r\n", response.status);
  if (!response.content_type.empty())
    fmt::format_to(std::back_inserter(head), "Content-Type: {}\r\n", response.content_type);
  for (const auto& [name, value] : response.headers)
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  head.append("Transfer-Encoding: chunked\r\n\r\n");
  return {std::move(head), response.body.empty() ? std::string{} : chunk(response.body), "0\r\n\r\n"};
}

/// The answer's bytes; of a stream, what comes before its first broadcast.
std::string compose(const HttpResponse& response) {
  std::string bytes = fmt::format("HTTP/1.1 {} Answer\r\n", response.status);
  auto out = std::back_inserter(bytes);
  if (!response.content_type.empty()) fmt::format_to(out, "Content-Type: {}\r\n", response.content_type);
  for (const auto& [name, value] : response.headers)
    fmt::format_to(out, "{}: {}\r\n", name, value);
  if (response.close) bytes.append("Connection: close\r\n");
  if (response.stream || response.endless || response.chunked) {
    bytes.append("Transfer-Encoding: chunked\r\n\r\n");
    const std::string_view body{response.body};
    const auto half = response.chunked ? body.size() / 2 : body.size();
    if (half > 0) bytes.append(chunk(body.substr(0, half)));
    if (half < body.size()) bytes.append(chunk(body.substr(half)));
    if (response.chunked) bytes.append("0\r\n\r\n");
  } else {
    fmt::format_to(out, "Content-Length: {}\r\n\r\n{}", response.body.size(), response.body);
  }
  return bytes;
}

}  // namespace

std::string HttpRequest::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const auto& header) { return same_name(header.first, name); });
  return found == headers.end() ? std::string{} : found->second;
}

struct HttpServer::Acceptor {
  using Unix = asio::basic_socket_acceptor<asio::local::stream_protocol, net::Executor>;
  using Tcp = asio::basic_socket_acceptor<asio::ip::tcp, net::Executor>;
  std::variant<Unix, Tcp> listener;
};

struct HttpServer::Session {
  Session(net::Socket accepted, asio::io_context& loop) : socket{std::move(accepted)}, io{loop}, more{loop} {}

  void close() {
    boost::system::error_code ignored;
    socket.close(ignored);
    more.notify();
  }

  net::Socket socket;
  asio::io_context& io;
  net::Alarm more;
  std::deque<std::string> pending;  ///< chunks of a stream
  bool streaming = false;
};

HttpServer::HttpServer(asio::io_context& io, Handler handler) : io_{io}, handler_{std::move(handler)} {}

HttpServer::~HttpServer() {
  stop();
}

void HttpServer::listen(const Endpoint& endpoint) {
  if (endpoint.kind == Endpoint::Kind::unix_socket) {
    ::unlink(endpoint.path.c_str());
    acceptor_ = std::make_shared<Acceptor>(Acceptor::Unix{io_, asio::local::stream_protocol::endpoint{endpoint.path}});
  } else {
    const auto address = asio::ip::make_address(endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host);
    Acceptor::Tcp listener{io_, asio::ip::tcp::endpoint{address, endpoint.port}};
    port_ = listener.local_endpoint().port();
    acceptor_ = std::make_shared<Acceptor>(std::move(listener));
  }
  asio::co_spawn(io_, accept(acceptor_), asio::detached);
}

void HttpServer::stop() {
  if (acceptor_) {
    std::visit(
        [](auto& listener) {
          boost::system::error_code ignored;
          listener.close(ignored);
        },
        acceptor_->listener);
    acceptor_.reset();
  }
  drop_connections();
}

void HttpServer::drop_connections() {
  for (const auto& weak : std::exchange(sessions_, {})) {
    if (const auto session = weak.lock()) session->close();
  }
}

void HttpServer::broadcast(const std::string& text) {
  for (const auto& weak : sessions_) {
    const auto session = weak.lock();
    if (!session || !session->streaming) continue;
    session->pending.push_back(chunk(text));
    session->more.notify();
  }
}

std::size_t HttpServer::streams() const {
  return static_cast<std::size_t>(std::ranges::count_if(sessions_, [](const auto& weak) {
    const auto session = weak.lock();
    return session && session->streaming;
  }));
}

Task<void> HttpServer::accept(std::shared_ptr<Acceptor> acceptor) {
  for (;;) {
    net::Socket socket{io_};
    boost::system::error_code error;
    if (auto* unix_listener = std::get_if<Acceptor::Unix>(&acceptor->listener)) {
      auto [failed, accepted] = co_await unix_listener->async_accept(as_tuple);
      error = failed;
      if (!error) socket = net::Socket{std::move(accepted)};
    } else {
      auto [failed, accepted] = co_await std::get<Acceptor::Tcp>(acceptor->listener).async_accept(as_tuple);
      error = failed;
      if (!error) socket = net::Socket{std::move(accepted)};
    }
    if (error) co_return;
    adopt(std::move(socket));
  }
}

void HttpServer::adopt(net::Socket socket) {
  ++accepted_;
  auto session = std::make_shared<Session>(std::move(socket), io_);
  sessions_.remove_if([](const auto& weak) { return weak.expired(); });
  sessions_.push_back(session);
  asio::co_spawn(io_, serve(std::move(session)), asio::detached);
}

Task<bool> HttpServer::send(std::shared_ptr<Session> session, std::string bytes, std::chrono::milliseconds drip) {
  if (drip == std::chrono::milliseconds{}) {
    auto [error, count] = co_await asio::async_write(session->socket, asio::buffer(bytes), as_tuple);
    co_return !error;
  }
  net::Timer pause{session->io};
  for (const char byte : bytes) {
    auto [error, count] = co_await asio::async_write(session->socket, asio::buffer(&byte, 1), as_tuple);
    if (error) co_return false;
    co_await pause.wait_until(net::Clock::now() + drip);
  }
  co_return true;
}

Task<void> HttpServer::serve(std::shared_ptr<Session> session) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(request_bytes_max);
    auto [error, size] = co_await http::async_read(session->socket, buffer, parser, as_tuple);
    if (error) co_return;
    const auto& message = parser.get();
    HttpRequest request{.method = std::string{message.method_string()},
                        .target = std::string{message.target()},
                        .body = message.body(),
                        .headers = {}};
    for (const auto& field : message)
      request.headers.emplace_back(field.name_string(), field.value());
    const auto response = handler_(request);

    if (response.delay > std::chrono::milliseconds{}) {
      net::Timer pause{io_};
      co_await pause.wait_until(net::Clock::now() + response.delay);
    }
    if (response.hang) {
      std::array<char, 1> byte{};
      co_await session->socket.async_read_some(asio::buffer(byte), as_tuple);
      co_return;
    }
    if (response.in_parts) {
      bool failed = false;
      for (const auto& part : compose_in_parts(response)) {
        if (part.empty() || failed) continue;
        auto [part_error, part_written] = co_await asio::async_write(session->socket, asio::buffer(part), as_tuple);
        failed = bool{part_error};
      }
      if (failed || !message.keep_alive()) break;
      continue;
    }
    auto bytes = response.raw ? *response.raw : compose(response);
    if (response.cut_after) bytes.resize(std::min(bytes.size(), *response.cut_after));
    const bool sent = co_await send(session, std::move(bytes), response.drip);
    if (!sent || response.cut_after || response.raw || response.close) break;
    while (response.endless) {
      const auto again = chunk(response.body);
      auto [failed, count] = co_await asio::async_write(session->socket, asio::buffer(again), as_tuple);
      if (failed) co_return;
    }
    session->streaming = response.stream;
    while (session->streaming && session->socket.is_open()) {
      while (!session->pending.empty()) {
        const auto next = std::move(session->pending.front());
        session->pending.pop_front();
        auto [failed, count] = co_await asio::async_write(session->socket, asio::buffer(next), as_tuple);
        if (failed) co_return;
      }
      co_await session->more.wait();
    }
    if (response.stream || !message.keep_alive()) break;
  }
  session->close();
}

}  // namespace cspy::fakes
