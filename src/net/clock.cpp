#include "net/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace cspy::net {

using std::chrono::steady_clock;

Clock::time_point Clock::now() {
  return time_point{steady_clock::now().time_since_epoch()};
}

struct Timer::State {
  explicit State(boost::asio::io_context& io) : timer{io} {}

  void set(TimePoint at) { timer.expires_at(steady_clock::time_point{at.time_since_epoch()}); }

  boost::asio::basic_waitable_timer<steady_clock, boost::asio::wait_traits<steady_clock>, Executor> timer;
};

Timer::Timer(boost::asio::io_context& io) : state_{std::make_unique<State>(io)} {}
Timer::~Timer() = default;

void Timer::start(TimePoint at, Done done) {
  state_->set(at);
  state_->timer.async_wait([done = std::move(done)](const boost::system::error_code& error) mutable { done(!error); });
}

Task<void> Timer::wait_until(TimePoint at) {
  state_->set(at);
  co_await state_->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>{}));
}

void Timer::cancel() {
  state_->timer.cancel();
}

void run_loop(boost::asio::io_context& io) {
  io.run();
}

}  // namespace cspy::net
