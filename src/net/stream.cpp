#include "net/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "net/tls.hpp"
#include "net/tunnel.hpp"

namespace cspy::net {
namespace {

namespace asio = boost::asio;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable_t<Executor>{});

void close_socket(void* socket) {
  boost::system::error_code ignored;  // Closing ends the pending operation, even if it fails.
  static_cast<Socket*>(socket)->close(ignored);
}

Task<Result<std::vector<Address>>> resolve(Context& context, Endpoint endpoint, TimePoint deadline) {
  using asio::ip::tcp;
  std::vector<Address> addresses;
  if (endpoint.kind == Endpoint::Kind::unix_socket) {
    addresses.emplace_back(asio::local::stream_protocol::endpoint{endpoint.path});
    co_return addresses;
  }
  boost::system::error_code error;
  if (const auto literal = asio::ip::make_address(endpoint.host, error); !error) {
    addresses.emplace_back(tcp::endpoint{literal, endpoint.port});
    co_return addresses;
  }
  if (endpoint.host == "localhost") {  // RFC 6761. An image without /etc/hosts could not resolve it.
    addresses.emplace_back(tcp::endpoint{asio::ip::address_v4::loopback(), endpoint.port});
    addresses.emplace_back(tcp::endpoint{asio::ip::address_v6::loopback(), endpoint.port});
    co_return addresses;
  }
  if (context.hosts) {
    for (const auto& text : context.hosts(endpoint.host)) {
      if (const auto known = asio::ip::make_address(text, error); !error)
        addresses.emplace_back(tcp::endpoint{known, endpoint.port});
    }
    if (!addresses.empty()) co_return addresses;
  }
  co_return co_await look_up(context, std::move(endpoint.host), endpoint.port, deadline);
}

/// The end of the time for an address, if `addresses_left` share what is left until `deadline`.
TimePoint share_of(TimePoint deadline, std::size_t addresses_left) {
  const auto now = Clock::now();
  return now + (deadline - now) / static_cast<Clock::rep>(addresses_left);
}

Task<Result<Socket>> connect_socket(Context& context, Endpoint endpoint, TimePoint deadline) {
  auto addresses = co_await resolve(context, std::move(endpoint), deadline);
  if (!addresses) co_return std::unexpected{std::move(addresses).error()};
  // A peer with a dead address must not cost its share of the time again and again.
  if (const auto good = std::ranges::find(*addresses, context.last_good); good != addresses->end())
    std::rotate(addresses->begin(), good, good + 1);
  // Each address has a deadline of its own. This one ends the search when the program stops.
  const Deadlines::Guard guard{context.deadlines, deadline, [](void*) {}, nullptr};
  auto failure = fail(Code::unreachable, "the name has no addresses");
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const auto& address = (*addresses)[i];
    auto socket = co_await dial(context, address, share_of(deadline, addresses->size() - i));
    if (socket) {
      context.last_good = address;
      co_return socket;
    }
    failure = std::unexpected{std::move(socket).error()};
    if (guard.expired()) break;
  }
  co_return failure;
}

/// Reads byte by byte, because bytes after the header already belong to the peer, which may send first.
Task<Result<void>> open_tunnel(Context& context, Socket* socket, Proxy proxy, Endpoint peer, TimePoint deadline) {
  const Deadlines::Guard guard{context.deadlines, deadline, close_socket, socket};
  const auto request = tunnel_request(proxy, peer);
  std::string answer;
  auto [error, written] = co_await asio::async_write(*socket, asio::buffer(request), as_tuple);
  while (!error && !answer.ends_with("\r\n\r\n") && answer.size() < limits::proxy_answer_bytes_max) {
    char byte = 0;
    auto [failed, count] = co_await socket->async_read_some(asio::buffer(&byte, 1), as_tuple);
    error = failed;
    if (!error) answer.push_back(byte);
  }
  if (error) co_return std::unexpected{socket_error(error, guard.expired()).in(proxy_name(proxy))};
  if (answer.size() >= limits::proxy_answer_bytes_max) {
    co_return fail(Code::refused, proxy_name(proxy) + " answered CONNECT with a header larger than " +
                                      std::to_string(limits::proxy_answer_bytes_max) + " bytes");
  }
  co_return read_tunnel_answer(proxy, answer);
}

/// Prepares the handshake: the expected host of the certificate, and the protocol to request.
bool prepare(SSL* ssl, const Route& route) {
  const auto& host = route.endpoint.host;
  boost::system::error_code no_address;
  asio::ip::make_address(host, no_address);
  bool done = true;
  if (no_address) {
    // RFC 6066: the server name (SNI) must not be an address.
    done = SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  } else {
    done = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  }
  std::vector<unsigned char> protocols{static_cast<unsigned char>(route.alpn.size())};
  protocols.insert(protocols.end(), route.alpn.begin(), route.alpn.end());
  return done && SSL_set_alpn_protos(ssl, protocols.data(), static_cast<unsigned>(protocols.size())) == 0;
}

Task<Result<Stream>> secure(Context& context, Socket socket, Route route, TimePoint deadline) {
  auto tls = route.tls->context();
  if (!tls) co_return std::unexpected{std::move(tls).error()};
  auto* const ssl = SSL_new(tls->get());
  if (ssl == nullptr) throw std::bad_alloc{};
  auto secured = std::make_unique<Stream::TlsSocket>(std::move(socket), ssl);  // owns ssl
  if (!prepare(ssl, route)) co_return std::unexpected{tls_error(ERR_peek_last_error())};
  const Deadlines::Guard guard{context.deadlines, deadline, close_socket, &secured->next_layer()};
  auto [error] = co_await secured->async_handshake(Stream::TlsSocket::client, as_tuple);
  if (!error) co_return Stream{std::move(secured)};
  const auto verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK) co_return std::unexpected{certificate_error(verified, route.endpoint.host)};
  co_return std::unexpected{socket_error(error, guard.expired()).in("TLS handshake")};
}

}  // namespace

Error socket_error(const boost::system::error_code& error, bool expired) {
  if (expired) return {Code::timeout, "no answer within the deadline"};
  if (error == asio::error::operation_aborted) return {Code::cancelled, "stopped"};
  // Many peers close without close_notify. That is fine: HTTP marks the end of its messages.
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    return {Code::unreachable, "the peer closed the connection"};
  }
  if (error.category() == asio::error::get_ssl_category()) return tls_error(static_cast<unsigned>(error.value()));
  if (error.category() == boost::system::system_category() || error.category() == boost::system::generic_category()) {
    if (error.value() == EACCES || error.value() == EPERM) return {Code::denied, error.message()};
    if (error.value() == ENOENT) return {Code::missing, error.message()};
  }
  return {Code::unreachable, error.message()};
}

std::string_view Stream::alpn() const {
  const auto* const tls = std::get_if<1>(&socket_);
  if (tls == nullptr) return {};
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected((*tls)->native_handle(), &protocol, &size);
  return {reinterpret_cast<const char*>(protocol), size};
}

void Stream::stop_reading() {
  boost::system::error_code ignored;  // The peer has closed the connection.
  lowest().shutdown(Socket::shutdown_receive, ignored);
}

void Stream::stop_writing() {
  boost::system::error_code ignored;  // The peer has closed the connection.
  lowest().shutdown(Socket::shutdown_send, ignored);
}

void Stream::close() {
  close_socket(&lowest());
}

Task<Result<Stream>> connect(Context& context, Route route, TimePoint deadline) {
  const auto& proxy = route.proxy;
  const bool tls = route.endpoint.kind == Endpoint::Kind::tls;
  if (tls && route.tls == nullptr) co_return fail(Code::invalid, "TLS is not configured for this peer");
  auto socket = co_await connect_socket(context, proxy ? proxy->endpoint : route.endpoint, deadline);
  if (!socket) {
    auto error = std::move(socket).error();
    co_return std::unexpected{proxy ? std::move(error).in(proxy_name(*proxy)) : std::move(error)};
  }
  if (proxy && (tls || route.tunnel)) {
    auto opened = co_await open_tunnel(context, &*socket, *proxy, route.endpoint, deadline);
    if (!opened) co_return std::unexpected{std::move(opened).error()};
  }
  if (!tls) co_return Stream{std::move(*socket)};
  co_return co_await secure(context, std::move(*socket), std::move(route), deadline);
}

Result<Stream> server_stream(Socket socket, Tls& tls) {
  auto context = tls.context();
  if (!context) return std::unexpected{std::move(context).error()};
  auto* const ssl = SSL_new(context->get());
  if (ssl == nullptr) throw std::bad_alloc{};
  return Stream{std::make_unique<Stream::TlsSocket>(std::move(socket), ssl)};  // owns ssl
}

Task<Result<void>> accept_handshake(Stream* stream) {
  auto [error] = co_await std::get<1>(stream->socket_)->async_handshake(Stream::TlsSocket::server, as_tuple);
  if (error) co_return std::unexpected{socket_error(error, false).in("TLS handshake")};
  co_return Result<void>{};
}

}  // namespace cspy::net
