// What to do next about the rounds that wait: send, wait or drop. Pure: the caller passes the time and the random
// numbers, does the sending and the waiting, and tells what came of it.
//
// Rounds leave in the order in which they came, always: receivers refuse a sample that is older than the newest they
// have. So the oldest is tried again until it is taken or refused for good, and those behind it wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/backoff.hpp"
#include "base/limits.hpp"
#include "metrics/reading.hpp"
#include "net/context.hpp"
#include "otlp/batch.hpp"
#include "otlp/response.hpp"

namespace cspy::otlp {

/// A round that waits, or has begun to be sent.
struct Waiting {
  std::uint64_t sequence = 0;
  metrics::Round round;
  Progress progress = {};  ///< how much of it has been answered for
  std::size_t bytes = 0;   ///< of memory, about
  bool refused = false;    ///< a part of it was, for good
};

class Delivery {
 public:
  struct Settings {
    std::chrono::milliseconds interval{};         ///< at which rounds come
    std::chrono::milliseconds request_timeout{};  ///< 0: none
    std::chrono::milliseconds round_timeout{};    ///< for one attempt to send all requests of a round; 0: none
    std::size_t request_bytes = limits::request_bytes_target;
    std::size_t queue_bytes_max = 0;
    std::chrono::milliseconds queue_age_max{};
    std::chrono::milliseconds retry_min = limits::retry_min;
    std::chrono::milliseconds retry_max = limits::retry_max;
  };

  struct Step {
    enum class Kind : std::uint8_t { idle, wait, send };
    Kind kind = Kind::idle;
    net::TimePoint until = net::TimePoint::max();  ///< when the wait ends, or the request's deadline
    Batch batch = {};                              ///< to send; refers to the waiting round
  };

  /// What an answer has changed.
  struct Change {
    std::uint64_t points_lost = 0;    ///< of a request that was refused for good
    bool smaller_requests = false;    ///< the receiver wants them smaller: they are from now on
    std::optional<Waiting> finished;  ///< all of it has been answered for
    bool give_up = false;             ///< there will be no other attempt: see hurry()
  };

  explicit Delivery(Settings settings)
      : settings_{settings}, request_bytes_{settings.request_bytes}, backoff_{settings.retry_min, settings.retry_max} {}

  /// Adds the newest round. What must go for it is returned, the oldest first; never the round of which a request is
  /// on its way.
  [[nodiscard]] std::vector<Waiting> push(Waiting waiting);
  /// Takes out the rounds that are older than their time, seen from `wall`.
  [[nodiscard]] std::vector<Waiting> expire(UnixNanos wall);
  /// Takes out the oldest round, but neither the newest nor one of which a request is on its way.
  [[nodiscard]] std::optional<Waiting> drop_oldest();
  /// Takes out all rounds.
  [[nodiscard]] std::vector<Waiting> abandon();

  /// REQUIRES: no step with Kind::send is without its answer.
  [[nodiscard]] Step next(net::TimePoint now);
  /// The answer to the request of the last step. `random` is in [0, 1).
  [[nodiscard]] Change answered(const Outcome& outcome, net::TimePoint now, double random);

  /// There is no time left for waiting: what waits is tried at once, and a failure is the last.
  void hurry();

  [[nodiscard]] const std::deque<Waiting>& queue() const { return queue_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t bytes_max() const { return settings_.queue_bytes_max; }
  [[nodiscard]] std::size_t request_bytes() const { return request_bytes_; }

 private:
  Waiting take(std::size_t index);
  void advance(net::TimePoint now, Change& change);
  void wait_for_retry(net::TimePoint now, const Outcome& outcome, double random);
  [[nodiscard]] std::chrono::milliseconds pause_after(net::Clock::duration sending) const;

  Settings settings_;
  std::size_t request_bytes_;
  Backoff backoff_;
  std::deque<Waiting> queue_;
  std::size_t bytes_ = 0;
  Batch sent_;            ///< the request that waits for its answer
  bool sending_ = false;  ///< there is one
  bool hurried_ = false;
  std::optional<net::TimePoint> attempt_begun_;  ///< when the first request of the round's current attempt was made
  net::TimePoint not_before_ = net::TimePoint::min();
};

/// How many points a request has, without the ends of series.
[[nodiscard]] std::uint64_t points_of(const Batch& batch);
/// About how much memory a round takes while it waits. Containers are shared with the fleet, but for those that end.
[[nodiscard]] std::size_t memory_bytes(const metrics::Round& round);

}  // namespace cspy::otlp
