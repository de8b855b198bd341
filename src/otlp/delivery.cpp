#include "otlp/delivery.hpp"

#include <algorithm>
#include <utility>

namespace cspy::otlp {

using net::TimePoint;
using std::chrono::milliseconds;

std::uint64_t points_of(const Batch& batch) {
  std::uint64_t points = 0;
  for (const auto& reading : batch.readings)
    points += reading->points;
  return points;
}

Delivery::Step Delivery::next(TimePoint now) {
  if (backlog_.empty()) return {};
  if (now < not_before_ && !hurried_) return {.kind = Step::Kind::wait, .until = not_before_};
  const auto& front = backlog_.front();
  if (!attempt_ || attempt_->sequence != front.sequence) attempt_ = {.sequence = front.sequence, .begun = now};
  auto deadline = TimePoint::max();
  if (settings_.request_timeout > milliseconds::zero()) deadline = now + settings_.request_timeout;
  if (settings_.round_timeout > milliseconds::zero())
    deadline = std::min(deadline, attempt_->begun + settings_.round_timeout);
  backlog_.hold_front();
  sent_ = batch_from(front.round, front.progress, size_.bytes(), settings_.extra_point_bytes);
  sent_at_ = now;
  return {.kind = Step::Kind::send, .until = deadline, .batch = sent_};
}

Delivery::Change Delivery::answered(const Outcome& outcome, TimePoint now, double random) {
  backlog_.release_front();
  Change change;
  auto kind = outcome.kind;
  ++attempt_->requests;
  attempt_->slowest = std::max(attempt_->slowest, now - sent_at_);
  const auto containers = sent_.readings.size() + sent_.endings.size();
  if (kind == Outcome::Kind::too_large && containers == 1) {
    size_.refused_alone(estimated_bytes(sent_, settings_.extra_point_bytes));
    kind = Outcome::Kind::permanent;
  }
  if (kind == Outcome::Kind::permanent && outcome.foreign && accepted_before_) kind = Outcome::Kind::transient;
  switch (kind) {
    case Outcome::Kind::accepted:
      accepted_before_ = true;
      backoff_.reset();
      size_.accepted();
      advance(now, change);
      break;
    case Outcome::Kind::permanent:
      // Repeating it would not help, but later requests may be accepted.
      change.refused = true;
      change.points_lost = points_of(sent_);
      backlog_.front().refused = true;
      advance(now, change);
      break;
    case Outcome::Kind::too_large:
      size_.refused(estimated_bytes(sent_, settings_.extra_point_bytes));
      change.smaller_requests = true;
      break;
    case Outcome::Kind::transient:
      change.retry = true;
      change.give_up = hurried_;
      size_.failed();
      wait_for_retry(now, outcome, random);
      break;
  }
  const bool overdue =
      settings_.round_timeout > milliseconds::zero() && attempt_ && now - attempt_->begun >= settings_.round_timeout;
  if (overdue && !hurried_) wait_for_retry(now, {.kind = Outcome::Kind::transient}, random);
  return change;
}

void Delivery::advance(TimePoint now, Change& change) {
  auto& front = backlog_.front();
  front.progress = after(front.progress, sent_);
  if (!is_whole(front.round, front.progress)) return;
  const auto sending = now - attempt_->begun;
  size_.sent({.sending = sending,
              .slowest = attempt_->slowest,
              .requests = attempt_->requests,
              .interval = settings_.interval,
              .timeout = settings_.request_timeout});
  attempt_.reset();
  change.answered = backlog_.pop_front();
  not_before_ = backlog_.empty() ? TimePoint::min() : now + pause_after(sending);
}

/// The pause between two rounds of a backlog. A receiver that has just returned also has to serve its other clients.
/// The pause is as long as the last round took, but short enough that the backlog shrinks.
milliseconds Delivery::pause_after(net::Clock::duration sending) const {
  const auto rest =
      std::max(std::chrono::duration_cast<milliseconds>(sending), milliseconds{limits::backlog_pause_min});
  return std::min(rest, settings_.interval / 4);
}

void Delivery::wait_for_retry(TimePoint now, const Outcome& outcome, double random) {
  milliseconds wait = backoff_.next(random);
  if (outcome.retry_after) wait = std::max(wait, std::min(*outcome.retry_after, milliseconds{limits::retry_after_max}));
  not_before_ = now + wait;
  attempt_.reset();
}

void Delivery::hurry() {
  hurried_ = true;
}

}  // namespace cspy::otlp
