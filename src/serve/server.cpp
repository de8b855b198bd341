#include "serve/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <list>
#include <optional>
#include <string_view>
#include <utility>

#include "base/backoff.hpp"
#include "base/limits.hpp"
#include "serve/connection.hpp"

namespace cspy::serve {
namespace {

namespace asio = boost::asio;
using asio::generic::stream_protocol;
using net::Clock;
using net::Task;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable_t<net::Executor>{});

/// A listener on the loop.
struct Door {
  /// The acceptor closes the socket. The listener removes the file of a unix socket.
  Door(asio::io_context& io, Listener opened)
      : listener{std::move(opened)},
        acceptor{io, stream_protocol{listener.family(), 0}, listener.release()},
        room{io} {}

  void close() {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    room.notify();
  }

  Listener listener;
  asio::basic_socket_acceptor<stream_protocol, net::Executor> acceptor;
  net::Alarm room;  ///< a connection has ended
};

std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

struct Server::State {
  State(net::Context& context, Log& log, Router router, Bounds bounds)
      : service{.context = context, .log = log, .router = std::move(router), .authorize = {}, .bounds = bounds},
        changed{context.io},
        first_connection{context.io} {}

  /// Connections that count for the limit: those that are not refused and not closed.
  [[nodiscard]] std::size_t served() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(connections, [](const auto& one) { return !one.closed() && !one.refuses(); }));
  }
  /// Closes the connection that has waited longest for its client, if one may be closed.
  bool replace_one() {
    const auto now = Clock::now();
    Connection* longest = nullptr;
    for (auto& one : connections) {
      if (!one.replaceable(now)) continue;
      if (longest == nullptr || one.waiting_since() < longest->waiting_since()) longest = &one;
    }
    if (longest != nullptr) longest->close();
    return longest != nullptr;
  }
  /// Whether a client may be accepted now, if only to refuse it.
  bool has_room() {
    const auto& bounds = service.bounds;
    if (connections.size() < bounds.connections_max + bounds.refusals_max) return true;
    replace_one();  // Its place is free when its coroutine has ended.
    return false;
  }

  Task<void> accept(Door* door);
  Task<void> close_idle();
  void spawn(Task<void> task);
  void start(net::Socket socket, bool secure);
  void forget(std::list<Connection>::iterator connection, const std::exception_ptr& error);
  void note_accept(const boost::system::error_code& error);

  Service service;
  net::Tls* tls = nullptr;
  std::list<Door> doors = {};
  std::list<Connection> connections = {};
  net::Alarm changed;           ///< a coroutine has ended
  net::Alarm first_connection;  ///< there is a connection, or the server stops
  std::size_t running = 0;      ///< coroutines that are not of a connection
  std::exception_ptr failure = {};
  Trouble accept_trouble{limits::trouble_free_rounds};
};

void Server::State::note_accept(const boost::system::error_code& error) {
  switch (accept_trouble.update(static_cast<bool>(error))) {
    case Trouble::Change::began: {
      const bool files = error.value() == EMFILE || error.value() == ENFILE;
      service.log.warn(
          "cannot accept connections: clients have to wait",
          {{"error", error.message()},
           {"remedy", files ? "raise the limit of open files (ulimit -n)" : "free memory on this machine"}});
      break;
    }
    case Trouble::Change::ended: service.log.info("connections are accepted again"); break;
    case Trouble::Change::none: break;
  }
}

Task<void> Server::State::accept(Door* door) {
  Backoff backoff{limits::serve_accept_backoff_min, limits::serve_accept_backoff_max};
  while (!service.stopping) {
    if (!has_room()) {
      co_await door->room.wait_until(Clock::now() + service.bounds.head_patience);
      continue;
    }
    auto [error, socket] = co_await door->acceptor.async_accept(as_tuple);
    if (service.stopping) break;
    note_accept(error);
    if (!error) {
      backoff.reset();
      start(net::Socket{std::move(socket)}, tls != nullptr && !door->listener.is_unix());
      continue;
    }
    replace_one();  // It may be a descriptor that is missing.
    co_await door->room.wait_until(Clock::now() + backoff.next(0));
  }
}

Task<void> Server::State::close_idle() {
  const auto time_max = service.bounds.idle_time_max;
  while (!service.stopping) {
    const auto now = Clock::now();
    for (auto& one : connections)
      one.close_if_idle(now - time_max);
    // The time may be an eighth longer than its limit.
    co_await first_connection.wait_until(connections.empty() ? net::TimePoint::max() : now + time_max / 8);
  }
}

void Server::State::spawn(Task<void> task) {
  ++running;
  asio::co_spawn(service.context.io, std::move(task), [this](const std::exception_ptr& error) {
    if (error && !failure) failure = error;
    --running;
    changed.notify();
  });
}

void Server::State::start(net::Socket socket, bool secure) {
  const bool refuse = served() >= service.bounds.connections_max && !replace_one();
  boost::system::error_code ignored;  // A unix socket has no such option.
  socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
  std::optional<net::Stream> stream;
  if (secure) {
    auto secured = net::server_stream(std::move(socket), *tls);
    if (!secured) return;  // Only without a first context, which secure_with() has made.
    stream.emplace(std::move(*secured));
  } else {
    stream.emplace(std::move(socket));
  }
  if (connections.empty()) first_connection.notify();
  const auto connection = connections.emplace(connections.end(), service, std::move(*stream), secure, refuse);
  asio::co_spawn(service.context.io, connection->run(),
                 [this, connection](const std::exception_ptr& error) { forget(connection, error); });
}

void Server::State::forget(std::list<Connection>::iterator connection, const std::exception_ptr& error) {
  connections.erase(connection);
  if (error) service.note_failure(text_of(error));
  for (auto& door : doors)
    door.room.notify();
  changed.notify();
}

Server::Server(net::Context& context, Log& log, Router router, Bounds bounds)
    : state_{std::make_unique<State>(context, log, std::move(router), bounds)} {}
Server::~Server() = default;

void Server::authorize_with(Authorize authorize) {
  state_->service.authorize = std::move(authorize);
}

Result<void> Server::secure_with(net::Tls& tls) {
  auto context = tls.context();
  if (!context) return std::unexpected{std::move(context).error()};
  state_->tls = &tls;
  return {};
}

Result<void> Server::open(std::span<const ListenAddress> addresses) {
  std::vector<Listener> listeners;
  for (const auto& address : addresses) {
    auto listener = Listener::open(address);
    if (!listener) return std::unexpected{std::move(listener).error()};
    listeners.push_back(std::move(*listener));
  }
  adopt(std::move(listeners));
  return {};
}

void Server::adopt(std::vector<Listener> listeners) {
  for (auto& listener : listeners)
    state_->doors.emplace_back(state_->service.context.io, std::move(listener));
}

std::vector<std::string> Server::addresses() const {
  std::vector<std::string> texts;
  for (const auto& door : state_->doors)
    texts.push_back(door.listener.text());
  return texts;
}

std::size_t Server::connections() const {
  return state_->connections.size();
}

Task<void> Server::run() {
  auto& state = *state_;
  for (auto& door : state.doors)
    state.spawn(state.accept(&door));
  state.spawn(state.close_idle());
  while (state.running > 0) {
    co_await state.changed.wait();
    if (state.failure) stop();
  }
  const net::Deadlines::Guard guard{state.service.context.deadlines, Clock::now() + state.service.bounds.stop_time_max,
                                    [](void* connections) {
                                      for (auto& one : *static_cast<std::list<Connection>*>(connections))
                                        one.close();
                                    },
                                    &state.connections};
  while (!state.connections.empty())
    co_await state.changed.wait();
  if (state.failure) std::rethrow_exception(state.failure);
}

void Server::stop() {
  state_->service.stopping = true;
  for (auto& door : state_->doors)
    door.close();
  for (auto& one : state_->connections)
    one.stop();
  state_->first_connection.notify();
}

}  // namespace cspy::serve
