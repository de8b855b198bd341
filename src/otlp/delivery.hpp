// Decides what to do next with the waiting rounds: send a request, wait, or nothing. Pure: the caller passes the time
// and random numbers, sends, waits, and reports the outcome.
//
// Invariants:
// - Only the oldest round is sent, one request at a time. After a failure, the failed request is repeated, not the
//   whole round. The round leaves the backlog when the receiver has accepted or refused all of it.
// - From the next() that returns Kind::send until answered(), the front of the backlog is held, because Step::batch
//   refers to it.
// - An attempt belongs to one round, identified by its sequence. It starts with the first request of the round, and
//   again with the first request after each wait for a retry. round_timeout counts from the start of the attempt.
// - Nothing is sent before not_before_, except after hurry().
// - A receiver that has accepted a request speaks the protocol. If something else answers later, the request is
// repeated.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/backoff.hpp"
#include "base/limits.hpp"
#include "net/context.hpp"
#include "otlp/batch.hpp"
#include "otlp/request_size.hpp"
#include "otlp/response.hpp"
#include "queue/backlog.hpp"

namespace cspy::otlp {

class Delivery {
 public:
  struct Settings {
    std::chrono::milliseconds interval{};         ///< between two rounds
    std::chrono::milliseconds request_timeout{};  ///< 0: no timeout
    std::chrono::milliseconds round_timeout{};    ///< for one attempt to send a whole round; 0: no timeout
    std::size_t request_bytes = limits::request_bytes_target;
    std::size_t request_bytes_max = limits::request_bytes_max;  ///< for a receiver that is slow to answer
    std::size_t extra_point_bytes = 0;                          ///< Encoder::extra_point_bytes()
    std::chrono::milliseconds retry_min = limits::retry_min;
    std::chrono::milliseconds retry_max = limits::retry_max;
  };

  struct Step {
    enum class Kind : std::uint8_t { idle, wait, send };
    Kind kind = Kind::idle;
    net::TimePoint until = net::TimePoint::max();  ///< end of the wait, or deadline of the request
    Batch batch = {};                              ///< with Kind::send; refers to the front of the backlog
  };

  /// The effect of an outcome.
  struct Change {
    std::uint64_t points_lost = 0;           ///< points of a refused request
    bool smaller_requests = false;           ///< requests are smaller from now on
    bool refused = false;                    ///< the receiver will never accept the request
    bool retry = false;                      ///< the same request will be repeated after a wait
    std::optional<queue::Waiting> answered;  ///< the round, after its last request
    bool give_up = false;                    ///< no further attempt: see hurry()
  };

  /// `backlog` must outlive it.
  Delivery(Settings settings, queue::Backlog& backlog)
      : settings_{settings},
        backlog_{backlog},
        size_{settings.request_bytes, settings.request_bytes_max},
        backoff_{settings.retry_min, settings.retry_max} {}

  /// REQUIRES: answered() was called for the last step with Kind::send.
  [[nodiscard]] Step next(net::TimePoint now);
  /// Reports the outcome of the request of the last step. `random` is in [0, 1).
  [[nodiscard]] Change answered(const Outcome& outcome, net::TimePoint now, double random);

  /// The program is stopping: waits end at once, and no attempt follows a transient failure.
  void hurry();

  [[nodiscard]] std::size_t request_bytes() const { return size_.bytes(); }

 private:
  struct Attempt {
    std::uint64_t sequence = 0;
    net::TimePoint begun;
    std::size_t requests = 0;
    net::Clock::duration slowest{};  ///< of the requests
  };

  void advance(net::TimePoint now, Change& change);
  void wait_for_retry(net::TimePoint now, const Outcome& outcome, double random);
  [[nodiscard]] std::chrono::milliseconds pause_after(net::Clock::duration sending) const;

  Settings settings_;
  queue::Backlog& backlog_;
  RequestSize size_;
  Backoff backoff_;
  Batch sent_;  ///< the batch of the last step
  net::TimePoint sent_at_;
  bool accepted_before_ = false;  ///< the receiver has accepted a request
  bool hurried_ = false;
  std::optional<Attempt> attempt_;
  net::TimePoint not_before_ = net::TimePoint::min();
};

/// The number of points in a batch, without the ends of series.
[[nodiscard]] std::uint64_t points_of(const Batch& batch);

}  // namespace cspy::otlp
