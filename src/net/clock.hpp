// The seam of time: the steady clock, timers, and the run of the loop. Everything above sees time only through this
// header and system_now(), so the simulator links definitions of its own (tests/simulator) and runs on virtual time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "net/task.hpp"

namespace cspy::net {

/// The system's steady clock, as a type of its own.
struct Clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Clock>;
  static constexpr bool is_steady = true;

  static time_point now();
};
using TimePoint = Clock::time_point;

/// A wait for a point in time. One wait at a time.
class Timer {
 public:
  /// Called from the loop; `reached` is false after cancel().
  using Done = std::move_only_function<void(bool reached)>;

  explicit Timer(boost::asio::io_context& io);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start(TimePoint at, Done done);
  /// Ends at `at` or with cancel().
  Task<void> wait_until(TimePoint at);
  void cancel();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Runs the loop until nothing is left to do, or until it is stopped.
void run_loop(boost::asio::io_context& io);

}  // namespace cspy::net
