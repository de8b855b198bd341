// The event loop: deadlines, waits and concurrent workers. Everything runs on one thread.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "net/clock.hpp"
#include "net/task.hpp"

namespace cspy::net {

/// The deadlines of many operations, checked by one coarse timer (limits::deadline_granularity). Setting a deadline
/// costs two pointers; a timer for each operation would cost system calls in every request. The timer runs only while
/// there are deadlines.
class Deadlines {
 public:
  explicit Deadlines(boost::asio::io_context& io) : timer_{io} {}
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// One deadline. When `at` has passed, `expire(object)` is called once; it ends the operation, usually by closing the
  /// socket. Destroying the Guard removes the deadline. `owner` and `object` must outlive the Guard.
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

  /// Lets every deadline pass now.
  void expire_all();

 private:
  void start();
  void check();

  Timer timer_;
  Guard* first_ = nullptr;
  bool running_ = false;
};

/// A wait that notify() can end: a condition variable for coroutines. One coroutine may wait at a time.
class Alarm {
 public:
  explicit Alarm(boost::asio::io_context& io) : timer_{io} {}

  /// Returns true when notify() is called, or at once if it was called after the last wait. Returns false at `at`.
  Task<bool> wait_until(TimePoint at);
  Task<bool> wait() { return wait_until(TimePoint::max()); }
  void notify();

 private:
  Timer timer_;
  bool raised_ = false;
};

/// The event loop and the deadlines of one side of the program. The connections to the engine and to the receiver have
/// their own deadlines, so that one side can be stopped without the other.
struct Context {
  explicit Context(boost::asio::io_context& loop) : io{loop} {}

  boost::asio::io_context& io;
  Deadlines deadlines{io};
  /// The address of the last connection. See connect().
  boost::asio::generic::stream_protocol::endpoint last_good = {};
  /// Returns the addresses of a host name. If it is empty or returns none, the system's resolver is used. For tests.
  std::function<std::vector<std::string>(std::string_view name)> hosts = {};
};

/// Lets all other coroutines that are ready run first.
Task<void> pass_turn();

/// Runs worker(0) to worker(count - 1) concurrently and returns when all have ended. Then it rethrows the first
/// exception of a worker.
Task<void> run_workers(std::size_t count, std::function<Task<void>(std::size_t)> worker);

/// Calls `step` again and again, `at_once` times concurrently, until one of them returns false and all have ended. A
/// step that takes longer than limits::request_patience no longer counts, and another one is started in its place, but
/// never more than `at_once_max`. Then it rethrows the first exception of a step.
Task<void> run_steps(std::size_t at_once, std::size_t at_once_max, std::function<Task<bool>()> step);

}  // namespace cspy::net
