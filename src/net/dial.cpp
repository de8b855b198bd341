#include "net/dial.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detail/socket_option.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/limits.hpp"
#include "net/stream.hpp"

namespace cspy::net {
namespace {

namespace asio = boost::asio;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable_t<Executor>{});

/// Lookups whose thread has not ended, of the whole process.
std::atomic<std::size_t> lookups_running{0};

/// One lookup. The coroutine and the thread share it, and the last of them frees it: the system's resolver cannot be
/// interrupted, so the thread may outlive the coroutine and the loop.
struct LookUp {
  std::string host, port;
  std::mutex mutex;
  Alarm* alarm = nullptr;  ///< of the coroutine; null when nobody waits any more
  asio::io_context* io = nullptr;
  bool done = false;
  int error = 0;  ///< EAI_...
  std::vector<Address> addresses;
};

void ask_system(const std::shared_ptr<LookUp>& query) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(query->host.c_str(), query->port.c_str(), &hints, &found);
  std::vector<Address> addresses;
  for (const auto* entry = error == 0 ? found : nullptr; entry != nullptr; entry = entry->ai_next)
    addresses.emplace_back(entry->ai_addr, entry->ai_addrlen);
  if (error == 0) ::freeaddrinfo(found);
  const std::scoped_lock lock{query->mutex};
  query->error = error;
  query->addresses = std::move(addresses);
  query->done = true;
  if (query->alarm == nullptr) return;
  // The coroutine may have left by the time this runs.
  asio::post(*query->io, [query] {
    const std::scoped_lock again{query->mutex};
    if (query->alarm != nullptr) query->alarm->notify();
  });
}

/// Starts the thread, which takes no signals: they belong to the loop.
void start_thread(std::shared_ptr<LookUp> query) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread{[query = std::move(query)] {
      ask_system(query);
      --lookups_running;
    }}.detach();
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Closes a connection whose peer is silent for a minute, even if nothing is sent: the stream of events only
/// reads. Without it a partition is noticed after two hours.
void keep_alive(Socket& socket) {
  using Idle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
  using Interval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
  using Count = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;
  boost::system::error_code ignored;  // All options are improvements only.
  socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket.set_option(asio::socket_base::keep_alive{true}, ignored);
  socket.set_option(Idle{static_cast<int>(limits::keepalive_idle.count())}, ignored);
  socket.set_option(Interval{static_cast<int>(limits::keepalive_interval.count())}, ignored);
  socket.set_option(Count{limits::keepalive_probes}, ignored);
}

}  // namespace

Task<Result<std::vector<Address>>> look_up(Context& context, std::string host, std::uint16_t port, TimePoint deadline) {
  const auto subject = "cannot resolve '" + host + "'";
  if (++lookups_running > limits::lookups_max) {
    --lookups_running;
    co_return fail(Code::timeout,
                   fmt::format("{}: {} earlier lookups still wait for an answer of the system's resolver", subject,
                               limits::lookups_max));
  }
  Alarm alarm{context.io};
  auto query = std::make_shared<LookUp>();
  query->host = std::move(host);
  query->port = std::to_string(port);
  query->alarm = &alarm;
  query->io = &context.io;
  // However this coroutine ends, the thread must not touch what belongs to it.
  struct Leave {
    LookUp& query;
    ~Leave() {
      const std::scoped_lock lock{query.mutex};
      query.alarm = nullptr;
    }
  };
  {
    const Leave leave{*query};
    try {
      start_thread(query);
    } catch (const std::system_error& error) {
      --lookups_running;
      co_return fail(Code::unreachable, fmt::format("{}: {}", subject, error.what()));
    }
    const Deadlines::Guard guard{context.deadlines, deadline,
                                 [](void* waiting) { static_cast<Alarm*>(waiting)->notify(); }, &alarm};
    co_await alarm.wait();
  }
  // Nobody else writes to it: either the thread is done, or it will find that nobody waits.
  const std::scoped_lock lock{query->mutex};
  if (!query->done) co_return fail(Code::timeout, subject + ": no answer within the deadline");
  if (query->error != 0)
    co_return fail(Code::unreachable, fmt::format("{}: {}", subject, ::gai_strerror(query->error)));
  co_return std::move(query->addresses);
}

Task<Result<Socket>> dial(Context& context, Address address, TimePoint deadline) {
  Socket socket{context.io};
  const auto close = [](void* object) {
    boost::system::error_code ignored;  // Closing ends the pending operation, even if it fails.
    static_cast<Socket*>(object)->close(ignored);
  };
  const Deadlines::Guard guard{context.deadlines, deadline, close, &socket};
  auto [error] = co_await socket.async_connect(address, as_tuple);
  if (error || guard.expired()) co_return std::unexpected{socket_error(error, guard.expired())};
  if (address.protocol().family() != AF_UNIX) keep_alive(socket);
  co_return socket;
}

}  // namespace cspy::net
