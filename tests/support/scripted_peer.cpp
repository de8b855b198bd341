#include "tests/support/scripted_peer.hpp"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <variant>

#include "net/stream.hpp"

namespace cspy::test {
namespace {

namespace asio = boost::asio;
using net::Task;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable_t<net::Executor>{});

/// Of a whole header.
std::size_t content_length(std::string_view header) {
  constexpr std::string_view name{"Content-Length: "};
  const auto at = header.find(name);
  std::size_t length = 0;
  if (at != std::string_view::npos) std::from_chars(header.data() + at + name.size(), header.end(), length);
  return length;
}

}  // namespace

struct ScriptedPeer::Acceptor {
  asio::basic_socket_acceptor<asio::ip::tcp, net::Executor> listener;
};

struct ScriptedPeer::Session {
  using Tls = std::unique_ptr<net::Stream::TlsSocket>;

  explicit Session(net::Socket accepted) : socket{std::move(accepted)} {}

  net::Socket& lowest() {
    auto* const tls = std::get_if<Tls>(&socket);
    return tls != nullptr ? (*tls)->next_layer() : std::get<net::Socket>(socket);
  }
  void close() {
    boost::system::error_code ignored;
    lowest().close(ignored);
  }

  /// One byte; false where there is none any more.
  Task<bool> read(char* byte) {
    const auto buffer = asio::buffer(byte, 1);
    if (auto* const tls = std::get_if<Tls>(&socket)) {
      auto [error, count] = co_await (*tls)->async_read_some(buffer, as_tuple);
      co_return !error;
    }
    auto [error, count] = co_await std::get<net::Socket>(socket).async_read_some(buffer, as_tuple);
    co_return !error;
  }

  Task<bool> write(std::string text) {
    if (auto* const tls = std::get_if<Tls>(&socket)) {
      auto [error, count] = co_await asio::async_write(**tls, asio::buffer(text), as_tuple);
      co_return !error;
    }
    auto [error, count] = co_await asio::async_write(std::get<net::Socket>(socket), asio::buffer(text), as_tuple);
    co_return !error;
  }

  std::variant<net::Socket, Tls> socket;
};

ScriptedPeer::ScriptedPeer(asio::io_context& io, const std::string& address, std::uint16_t port) {
  acceptor_ =
      std::make_shared<Acceptor>(Acceptor{{io, asio::ip::tcp::endpoint{asio::ip::make_address(address), port}}});
  port_ = acceptor_->listener.local_endpoint().port();
  asio::co_spawn(io, accept(state_, acceptor_), asio::detached);
}

ScriptedPeer::~ScriptedPeer() {
  stop();
}

void ScriptedPeer::stop() {
  if (acceptor_) {
    boost::system::error_code ignored;
    acceptor_->listener.close(ignored);
    acceptor_.reset();
  }
  for (const auto& weak : std::exchange(state_->sessions, {})) {
    if (const auto session = weak.lock()) session->close();
  }
}

Task<void> ScriptedPeer::accept(std::shared_ptr<State> state, std::shared_ptr<Acceptor> acceptor) {
  for (;;) {
    auto [error, accepted] = co_await acceptor->listener.async_accept(as_tuple);
    if (error) co_return;
    accepted.set_option(asio::ip::tcp::no_delay{true});
    ++state->connections;
    auto session = std::make_shared<Session>(net::Socket{std::move(accepted)});
    state->sessions.push_back(session);
    Script script;
    auto& scripts = state->scripts;
    if (!scripts.empty()) script = scripts.front();
    if (scripts.size() > 1) scripts.pop_front();
    const auto executor = acceptor->listener.get_executor();
    asio::co_spawn(executor, follow(state, std::move(session), std::move(script)), asio::detached);
  }
}

Task<void> ScriptedPeer::follow(std::shared_ptr<State> state, std::shared_ptr<Session> session, Script script) {
  for (auto& step : script) {
    const bool goes_on = co_await take(state, session, std::move(step));
    if (!goes_on) break;
  }
  session->close();
}

Task<bool> ScriptedPeer::take(std::shared_ptr<State> state, std::shared_ptr<Session> session, Step step) {
  char byte = 0;
  switch (step.kind) {
    case Step::Kind::read_bytes:
      for (std::size_t i = 0; i < step.count; ++i) {
        const bool read = co_await session->read(&byte);
        if (!read) co_return false;
      }
      co_return true;
    case Step::Kind::read_request: {
      std::string text;
      std::size_t size = std::string::npos;
      while (text.size() < size) {
        const bool read = co_await session->read(&byte);
        if (!read) co_return false;
        text.push_back(byte);
        if (size == std::string::npos && text.ends_with("\r\n\r\n")) size = text.size() + content_length(text);
      }
      state->requests.push_back(std::move(text));
      co_return true;
    }
    case Step::Kind::send: co_return co_await session->write(std::move(step.text));
    case Step::Kind::send_slowly:
      for (const char c : step.text) {
        const bool sent = co_await session->write(std::string(1, c));
        if (!sent) co_return false;
      }
      co_return true;
    case Step::Kind::handshake: {
      auto* const ssl = SSL_new(step.tls.get());
      auto tls = std::make_unique<net::Stream::TlsSocket>(std::move(std::get<net::Socket>(session->socket)), ssl);
      session->socket = std::move(tls);
      auto& secured = *std::get<Session::Tls>(session->socket);
      auto [error] = co_await secured.async_handshake(net::Stream::TlsSocket::server, as_tuple);
      const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
      state->server_name = name == nullptr ? "" : name;
      co_return !error;
    }
    case Step::Kind::begin_tls: {
      const std::unique_ptr<SSL, void (*)(SSL*)> ssl{SSL_new(step.tls.get()), SSL_free};
      auto* const in = BIO_new(BIO_s_mem());
      auto* const out = BIO_new(BIO_s_mem());
      SSL_set_bio(ssl.get(), in, out);  // which owns them now
      while (BIO_ctrl_pending(out) == 0) {
        const bool read = co_await session->read(&byte);
        if (!read) co_return false;
        BIO_write(in, &byte, 1);
        SSL_accept(ssl.get());
      }
      std::string flight(BIO_ctrl_pending(out), '\0');
      BIO_read(out, flight.data(), static_cast<int>(flight.size()));
      co_return co_await session->write(flight.substr(0, step.count));
    }
    case Step::Kind::silence:
      while (co_await session->read(&byte)) {
      }
      co_return false;
    case Step::Kind::reset: {
      boost::system::error_code ignored;
      session->lowest().set_option(asio::socket_base::linger{true, 0}, ignored);
      co_return false;
    }
  }
  co_return false;
}

}  // namespace cspy::test
