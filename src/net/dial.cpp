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

/// One lookup. The coroutines that wait for it and the thread share it, and the last of them frees it: the system's
/// resolver cannot be interrupted, so the thread may outlive the coroutines and the loop.
struct LookUp {
  LookUp(asio::io_context& loop, std::string name, std::uint16_t number)
      : host{std::move(name)}, port{std::to_string(number)}, io{loop} {}

  void wake() {
    for (auto* const alarm : waiting)
      alarm->notify();
  }

  const std::string host, port;
  asio::io_context& io;  ///< exists while somebody waits
  std::mutex mutex;
  std::vector<Alarm*> waiting;
  bool done = false;
  int error = 0;  ///< EAI_...
  std::vector<Address> addresses;
};

/// Of this thread's loops. Many connections may need the same name at the same time.
thread_local std::vector<std::weak_ptr<LookUp>> shared_lookups;

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
  if (query->waiting.empty()) return;
  // The coroutines may have left by the time this runs.
  asio::post(query->io, [query] {
    const std::scoped_lock again{query->mutex};
    query->wake();
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

/// A lookup of the same name that has not ended, or null.
std::shared_ptr<LookUp> find_lookup(const asio::io_context& io, std::string_view host, const std::string& port) {
  std::erase_if(shared_lookups, [](const auto& weak) { return weak.expired(); });
  for (const auto& weak : shared_lookups) {
    auto query = weak.lock();
    if (!query || &query->io != &io || query->host != host || query->port != port) continue;
    const std::scoped_lock lock{query->mutex};
    if (!query->done) return query;
  }
  return nullptr;
}

/// Starts a lookup. Null: too many are running. Throws std::system_error if there can be no thread.
std::shared_ptr<LookUp> begin_lookup(asio::io_context& io, const std::string& host, std::uint16_t port) {
  if (lookups_running >= limits::lookups_max) return nullptr;
  auto query = std::make_shared<LookUp>(io, host, port);
  ++lookups_running;
  try {
    start_thread(query);
  } catch (...) {
    --lookups_running;
    throw;
  }
  shared_lookups.push_back(query);
  return query;
}

/// Lets `alarm` ring when the lookup is done. However the coroutine ends, nobody touches the alarm afterwards.
class Waiting {
 public:
  Waiting(LookUp& query, Alarm& alarm) : query_{query}, alarm_{alarm} {
    const std::scoped_lock lock{query_.mutex};
    query_.waiting.push_back(&alarm_);
    if (query_.done) alarm_.notify();
  }
  ~Waiting() {
    const std::scoped_lock lock{query_.mutex};
    std::erase(query_.waiting, &alarm_);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  LookUp& query_;
  Alarm& alarm_;
};

}  // namespace

Task<Result<std::vector<Address>>> look_up(Context& context, std::string host, std::uint16_t port, TimePoint deadline) {
  const auto subject = "cannot resolve '" + host + "'";
  Alarm alarm{context.io};
  const Deadlines::Guard guard{context.deadlines, deadline,
                               [](void* waiting) { static_cast<Alarm*>(waiting)->notify(); }, &alarm};
  auto query = find_lookup(context.io, host, std::to_string(port));
  while (!query) {
    try {
      query = begin_lookup(context.io, host, port);
    } catch (const std::system_error& error) {
      co_return fail(Code::unreachable, fmt::format("{}: {}", subject, error.what()));
    }
    if (query) break;
    co_await alarm.wait_until(Clock::now() + limits::deadline_granularity);
    if (guard.expired()) {
      co_return fail(Code::timeout,
                     fmt::format("{}: {} earlier lookups still wait for an answer of the system's resolver", subject,
                                 limits::lookups_max));
    }
    query = find_lookup(context.io, host, std::to_string(port));
  }
  {
    const Waiting waiting{*query, alarm};
    co_await alarm.wait();
  }
  const std::scoped_lock lock{query->mutex};
  if (!query->done) co_return fail(Code::timeout, subject + ": no answer within the deadline");
  if (query->error != 0)
    co_return fail(Code::unreachable, fmt::format("{}: {}", subject, ::gai_strerror(query->error)));
  co_return query->addresses;
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
