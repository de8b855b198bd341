// What to do next about the rounds that wait: send, wait, or nothing. Pure: the caller passes the time and the random
// numbers, sends, waits, and reports the answer.
//
// Invariants:
// - It sends the oldest round only, a request at a time, and goes on with the request that failed. The round leaves the
//   backlog when the receiver has answered for all of it.
// - From next() with Kind::send until answered(), the front of the backlog is held: Step::batch refers to it.
// - An attempt belongs to one round (by its sequence). It begins with the round's first request and with the first one
//   after each wait; round_timeout counts from there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/backoff.hpp"
#include "base/limits.hpp"
#include "net/context.hpp"
#include "otlp/batch.hpp"
#include "otlp/response.hpp"
#include "queue/backlog.hpp"

namespace cspy::otlp {

class Delivery {
 public:
  struct Settings {
    std::chrono::milliseconds interval{};         ///< at which rounds come
    std::chrono::milliseconds request_timeout{};  ///< 0: none
    std::chrono::milliseconds round_timeout{};    ///< for one attempt to send all requests of a round; 0: none
    std::size_t request_bytes = limits::request_bytes_target;
    std::chrono::milliseconds retry_min = limits::retry_min;
    std::chrono::milliseconds retry_max = limits::retry_max;
  };

  struct Step {
    enum class Kind : std::uint8_t { idle, wait, send };
    Kind kind = Kind::idle;
    net::TimePoint until = net::TimePoint::max();  ///< when the wait ends, or the request's deadline
    Batch batch = {};                              ///< to send; refers to the front of the backlog
  };

  /// What an answer has changed.
  struct Change {
    std::uint64_t points_lost = 0;            ///< of a request that was refused for good
    bool smaller_requests = false;            ///< the receiver wants them smaller: they are from now on
    std::optional<queue::Waiting> delivered;  ///< the round, once all of it has been answered for
    bool give_up = false;                     ///< there will be no other attempt: see hurry()
  };

  /// `backlog` outlives it.
  Delivery(Settings settings, queue::Backlog& backlog)
      : settings_{settings},
        backlog_{backlog},
        request_bytes_{settings.request_bytes},
        backoff_{settings.retry_min, settings.retry_max} {}

  /// REQUIRES: no step with Kind::send is without its answer.
  [[nodiscard]] Step next(net::TimePoint now);
  /// The answer to the request of the last step. `random` is in [0, 1).
  [[nodiscard]] Change answered(const Outcome& outcome, net::TimePoint now, double random);

  /// There is no time left for waiting: what waits is tried at once, and a failure is the last.
  void hurry();

  [[nodiscard]] std::size_t request_bytes() const { return request_bytes_; }

 private:
  struct Attempt {
    std::uint64_t sequence = 0;
    net::TimePoint begun;
  };

  void advance(net::TimePoint now, Change& change);
  void wait_for_retry(net::TimePoint now, const Outcome& outcome, double random);
  [[nodiscard]] std::chrono::milliseconds pause_after(net::Clock::duration sending) const;

  Settings settings_;
  queue::Backlog& backlog_;
  std::size_t request_bytes_;
  Backoff backoff_;
  Batch sent_;  ///< the request of the last step
  bool hurried_ = false;
  std::optional<Attempt> attempt_;
  net::TimePoint not_before_ = net::TimePoint::min();
};

/// How many points a request has, without the ends of series.
[[nodiscard]] std::uint64_t points_of(const Batch& batch);

}  // namespace cspy::otlp
