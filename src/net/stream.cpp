#include "net/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <string>
#include <vector>

namespace cspy::net {
namespace {

namespace asio = boost::asio;
using Address = asio::generic::stream_protocol::endpoint;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable_t<Executor>{});

void close_socket(void* socket) {
  boost::system::error_code ignored;  // Closing ends the pending operation; what close itself says changes nothing.
  static_cast<Socket*>(socket)->close(ignored);
}

void cancel_resolver(void* resolver) {
  static_cast<Resolver*>(resolver)->cancel();
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
  if (endpoint.host == "localhost") {  // RFC 6761: loopback, and an empty image has no file that says so
    addresses.emplace_back(tcp::endpoint{asio::ip::address_v4::loopback(), endpoint.port});
    addresses.emplace_back(tcp::endpoint{asio::ip::address_v6::loopback(), endpoint.port});
    co_return addresses;
  }
  Resolver resolver{context.io};
  const Deadlines::Guard guard{context.deadlines, deadline, cancel_resolver, &resolver};
  auto [resolve_error, found] = co_await resolver.async_resolve(endpoint.host, std::to_string(endpoint.port), as_tuple);
  if (resolve_error) {
    co_return std::unexpected{
        socket_error(resolve_error, guard.expired()).in("cannot resolve '" + endpoint.host + "'")};
  }
  for (const auto& entry : found)
    addresses.emplace_back(entry.endpoint());
  co_return addresses;
}

}  // namespace

Error socket_error(const boost::system::error_code& error, bool expired) {
  if (expired) return {Code::timeout, "no answer within the deadline"};
  if (error == asio::error::operation_aborted) return {Code::cancelled, "stopped"};
  if (error == asio::error::eof) return {Code::unreachable, "the peer closed the connection"};
  if (error.category() == boost::system::system_category() || error.category() == boost::system::generic_category()) {
    if (error.value() == EACCES || error.value() == EPERM) return {Code::denied, error.message()};
    if (error.value() == ENOENT) return {Code::missing, error.message()};
  }
  return {Code::unreachable, error.message()};
}

void Stream::close() {
  boost::system::error_code ignored;  // Closing ends the pending operation; what close itself says changes nothing.
  socket_.close(ignored);
}

Task<Result<Stream>> connect(Context& context, Route route, TimePoint deadline) {
  const auto& endpoint = route.endpoint;
  if (endpoint.kind == Endpoint::Kind::tls) co_return fail(Code::invalid, "TLS is not built yet");
  auto addresses = co_await resolve(context, endpoint, deadline);
  if (!addresses) co_return std::unexpected{std::move(addresses).error()};
  Socket socket{context.io};
  const Deadlines::Guard guard{context.deadlines, deadline, close_socket, &socket};
  boost::system::error_code failure = asio::error::host_not_found;
  for (const auto& address : *addresses) {
    boost::system::error_code ignored;
    socket.close(ignored);
    if (guard.expired()) break;
    auto [error] = co_await socket.async_connect(address, as_tuple);
    failure = error;
    if (!error) break;
  }
  if (failure || guard.expired()) co_return std::unexpected{socket_error(failure, guard.expired())};
  if (endpoint.kind == Endpoint::Kind::tcp) {
    boost::system::error_code ignored;  // Both only save time; a socket that lacks them works.
    socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    socket.set_option(asio::socket_base::keep_alive{true}, ignored);
  }
  co_return Stream{std::move(socket)};
}

}  // namespace cspy::net
