// Exponential backoff with jitter. Pure: the caller passes the random number and waits.
#pragma once

#include <algorithm>
#include <chrono>

namespace cspy {

class Backoff {
 public:
  using Duration = std::chrono::milliseconds;

  constexpr Backoff(Duration min, Duration max) : min_{min}, max_{max}, next_{min} {}

  /// The next wait. It doubles with each call up to the maximum, and is then shortened by up to a half, so that agents
  /// that lost the same peer do not return at the same moment. `random` is in [0, 1).
  [[nodiscard]] constexpr Duration next(double random) {
    const auto wait = next_;
    next_ = std::min(next_ * 2, max_);
    const auto shortened = static_cast<double>(wait.count()) * (1.0 - 0.5 * random);
    return Duration{static_cast<Duration::rep>(shortened)};
  }

  /// The peer works again: the next wait is the shortest.
  constexpr void reset() { next_ = min_; }

 private:
  Duration min_;
  Duration max_;
  Duration next_;
};

}  // namespace cspy
