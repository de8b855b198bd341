// The event loop and what waits on it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "net/task.hpp"

namespace cspy::net {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

/// Deadlines of many operations on one coarse timer (limits::deadline_granularity): setting one costs two pointers,
/// where a timer for each would cost system calls on the hottest path. The timer runs only while somebody waits.
class Deadlines {
 public:
  explicit Deadlines(boost::asio::io_context& io) : timer_{io} {}
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// While it lives, `expire(object)` is called once when `at` has passed; the callee makes the operation end, usually
  /// by closing its socket. The Deadlines outlive it.
  class Guard {
   public:
    Guard(Deadlines& owner, TimePoint at, void (*expire)(void*), void* object);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    [[nodiscard]] bool expired() const { return expired_; }

   private:
    friend class Deadlines;
    void fire();

    Deadlines& owner_;
    TimePoint at_;
    void (*expire_)(void*);
    void* object_;
    bool expired_ = false;
    Guard* next_;
    Guard* previous_ = nullptr;
  };

  /// Makes every guarded operation end now.
  void expire_all();

 private:
  void start();
  void check();

  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor> timer_;
  Guard* first_ = nullptr;
  bool running_ = false;
};

/// A wait that others can end: a condition variable for coroutines. One waiter at a time.
class Alarm {
 public:
  explicit Alarm(boost::asio::io_context& io) : timer_{io} {}

  /// Ends at `at`, or as soon as notify() was called since the last wait. True: notified.
  Task<bool> wait_until(TimePoint at);
  Task<bool> wait() { return wait_until(TimePoint::max()); }
  void notify();

 private:
  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor> timer_;
  bool raised_ = false;
};

/// The loop of the one thread, with the deadlines of one side of the program: what talks to the engine and what talks
/// to the collector have each their own, so that one can be ended without the other.
struct Context {
  explicit Context(boost::asio::io_context& loop) : io{loop} {}

  boost::asio::io_context& io;
  Deadlines deadlines{io};
  /// Asked for the addresses of a name before the system's resolver is, which is where it has none. Tests move a peer
  /// with it.
  std::function<std::vector<std::string>(std::string_view name)> hosts = {};
};

/// Lets everything else that is ready go first.
Task<void> pass_turn();

/// Runs worker(0) to worker(count - 1) at once and ends when all have ended. An exception of one is thrown on after
/// that.
Task<void> run_workers(std::size_t count, std::function<Task<void>(std::size_t)> worker);

}  // namespace cspy::net
