#include "net/context.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <list>

#include "base/limits.hpp"

namespace cspy::net {

Deadlines::Guard::Guard(Deadlines& owner, TimePoint at, void (*expire)(void*), void* object)
    : owner_{owner}, at_{at}, expire_{expire}, object_{object}, next_{owner.first_} {
  if (next_ != nullptr) next_->previous_ = this;
  owner_.first_ = this;
  owner_.start();
}

Deadlines::Guard::~Guard() {
  (previous_ != nullptr ? previous_->next_ : owner_.first_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

void Deadlines::Guard::fire() {
  if (expired_) return;
  expired_ = true;
  expire_(object_);
}

void Deadlines::start() {
  if (running_) return;
  running_ = true;
  timer_.start(Clock::now() + limits::deadline_granularity, [this](bool reached) {
    running_ = false;
    if (reached) check();
  });
}

// Firing does not resume a coroutine: that happens later, from the loop. So the list does not change here.
void Deadlines::check() {
  const auto now = Clock::now();
  for (auto* guard = first_; guard != nullptr; guard = guard->next_) {
    if (guard->at_ <= now) guard->fire();
  }
  if (first_ != nullptr) start();
}

void Deadlines::expire_all() {
  for (auto* guard = first_; guard != nullptr; guard = guard->next_)
    guard->fire();
}

Task<bool> Alarm::wait_until(TimePoint at) {
  if (!raised_) co_await timer_.wait_until(at);
  const bool notified = raised_;
  raised_ = false;
  co_return notified;
}

void Alarm::notify() {
  raised_ = true;
  timer_.cancel();
}

Task<void> pass_turn() {
  const auto executor = co_await boost::asio::this_coro::executor;
  co_await boost::asio::post(executor, boost::asio::use_awaitable_t<Executor>{});
}

Task<void> run_workers(std::size_t count, std::function<Task<void>(std::size_t)> worker) {
  const auto executor = co_await boost::asio::this_coro::executor;
  Alarm all_ended{executor.context()};
  std::size_t running = count;
  std::exception_ptr failure;
  for (std::size_t i = 0; i < count; ++i) {
    boost::asio::co_spawn(executor, worker(i), [&](std::exception_ptr error) {
      if (error && !failure) failure = error;
      if (--running == 0) all_ended.notify();
    });
  }
  while (running > 0)
    co_await all_ended.wait();
  if (failure) std::rethrow_exception(failure);
}

namespace {

/// One call of run_steps().
struct Steps {
  Alarm changed;
  std::function<Task<bool>()> step;
  std::list<TimePoint> begun = {};  ///< when the current step of each runner began
  bool exhausted = false;
  std::exception_ptr failure = {};
};

Task<void> run_one_after_the_other(Steps* steps, std::list<TimePoint>::iterator begun) {
  while (!steps->exhausted) {
    *begun = Clock::now();
    if (!co_await steps->step()) steps->exhausted = true;
  }
}

}  // namespace

Task<void> run_steps(std::size_t at_once, std::size_t at_once_max, std::function<Task<bool>()> step) {
  const auto executor = co_await boost::asio::this_coro::executor;
  Steps steps{.changed = Alarm{executor.context()}, .step = std::move(step)};
  do {
    const auto slow_since = Clock::now() - limits::request_patience;
    const auto in_time = std::ranges::count_if(steps.begun, [&](TimePoint begun) { return begun > slow_since; });
    for (auto running = static_cast<std::size_t>(in_time);
         running < at_once && steps.begun.size() < at_once_max && !steps.exhausted; ++running) {
      const auto begun = steps.begun.insert(steps.begun.end(), Clock::now());
      boost::asio::co_spawn(executor, run_one_after_the_other(&steps, begun),
                            [&steps, begun](std::exception_ptr error) {
                              if (error && !steps.failure) steps.failure = error;
                              if (error) steps.exhausted = true;
                              steps.begun.erase(begun);
                              steps.changed.notify();
                            });
    }
    if (!steps.begun.empty())
      co_await steps.changed.wait_until(steps.exhausted ? TimePoint::max() : Clock::now() + limits::request_patience);
  } while (!steps.begun.empty());
  if (steps.failure) std::rethrow_exception(steps.failure);
}

}  // namespace cspy::net
