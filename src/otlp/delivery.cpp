#include "otlp/delivery.hpp"

#include <algorithm>
#include <utility>

namespace cspy::otlp {
namespace {

using net::TimePoint;
using std::chrono::milliseconds;

std::size_t memory_bytes(const metrics::Reading& reading) {
  constexpr std::size_t shared_block = 16;
  const auto& sample = reading.sample;
  return sizeof(metrics::Reading) + sizeof(metrics::ReadingPtr) + shared_block +
         sample.cpu_each_ns.capacity() * sizeof(std::uint64_t) +
         sample.devices.capacity() * sizeof(metrics::DeviceCounters) +
         sample.networks.capacity() * sizeof(metrics::NetworkCounters);
}

}  // namespace

std::uint64_t points_of(const Batch& batch) {
  std::uint64_t points = 0;
  for (const auto& reading : batch.readings)
    points += reading->points;
  return points;
}

std::size_t memory_bytes(const metrics::Round& round) {
  std::size_t bytes = sizeof(Waiting);
  for (const auto& reading : round.readings)
    bytes += memory_bytes(*reading);
  for (const auto& ending : round.endings) {
    bytes += sizeof(ending) + memory_bytes(*ending.last);
    if (!ending.now) bytes += sizeof(metrics::Container) + ending.last->container->labels.bytes();
  }
  return bytes;
}

std::vector<Waiting> Delivery::push(Waiting waiting) {
  waiting.bytes = memory_bytes(waiting.round);
  bytes_ += waiting.bytes;
  queue_.push_back(std::move(waiting));
  std::vector<Waiting> dropped;
  while (bytes_ > settings_.queue_bytes_max) {
    auto oldest = drop_oldest();
    if (!oldest) break;  // The newest stays even where it alone is larger than the bound.
    dropped.push_back(*std::move(oldest));
  }
  return dropped;
}

std::optional<Waiting> Delivery::drop_oldest() {
  const std::size_t oldest = sending_ ? 1 : 0;
  if (queue_.size() <= oldest + 1) return std::nullopt;
  return take(oldest);
}

std::vector<Waiting> Delivery::expire(UnixNanos wall) {
  std::vector<Waiting> dropped;
  const auto age_max = static_cast<UnixNanos>(std::chrono::nanoseconds{settings_.queue_age_max}.count());
  const std::size_t oldest = sending_ ? 1 : 0;
  while (queue_.size() > oldest && queue_[oldest].round.time + age_max < wall)
    dropped.push_back(take(oldest));
  return dropped;
}

std::vector<Waiting> Delivery::abandon() {
  std::vector<Waiting> dropped;
  while (!queue_.empty())
    dropped.push_back(take(0));
  return dropped;
}

Waiting Delivery::take(std::size_t index) {
  auto taken = std::move(queue_[index]);
  queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(index));
  bytes_ -= taken.bytes;
  if (index == 0) attempt_begun_.reset();
  return taken;
}

Delivery::Step Delivery::next(TimePoint now) {
  if (queue_.empty()) return {};
  if (now < not_before_ && !hurried_) return {.kind = Step::Kind::wait, .until = not_before_};
  if (!attempt_begun_) attempt_begun_ = now;
  auto deadline = TimePoint::max();
  if (settings_.request_timeout > milliseconds::zero()) deadline = now + settings_.request_timeout;
  if (settings_.round_timeout > milliseconds::zero())
    deadline = std::min(deadline, *attempt_begun_ + settings_.round_timeout);
  sending_ = true;
  sent_ = batch_from(queue_.front().round, queue_.front().progress, request_bytes_);
  return {.kind = Step::Kind::send, .until = deadline, .batch = sent_};
}

Delivery::Change Delivery::answered(const Outcome& outcome, TimePoint now, double random) {
  sending_ = false;
  Change change;
  auto kind = outcome.kind;
  const auto containers = sent_.readings.size() + sent_.endings.size();
  if (kind == Outcome::Kind::too_large && containers == 1) kind = Outcome::Kind::permanent;
  switch (kind) {
    case Outcome::Kind::accepted:
      backoff_.reset();
      advance(now, change);
      break;
    case Outcome::Kind::permanent:
      // Sending it again would not help; the requests after it may still be taken.
      change.points_lost = points_of(sent_);
      queue_.front().refused = true;
      advance(now, change);
      break;
    case Outcome::Kind::too_large:
      request_bytes_ = std::max<std::size_t>(std::min(request_bytes_, estimated_bytes(sent_)) / 2, 1);
      change.smaller_requests = true;
      break;
    case Outcome::Kind::transient:
      change.give_up = hurried_;
      wait_for_retry(now, outcome, random);
      break;
  }
  const bool overdue = settings_.round_timeout > milliseconds::zero() && attempt_begun_ &&
                       now - *attempt_begun_ >= settings_.round_timeout;
  if (overdue && !hurried_) wait_for_retry(now, {.kind = Outcome::Kind::transient}, random);
  return change;
}

void Delivery::advance(TimePoint now, Change& change) {
  auto& front = queue_.front();
  front.progress = after(front.progress, sent_);
  if (!is_whole(front.round, front.progress)) return;
  const auto sending = now - *attempt_begun_;
  change.finished = take(0);
  not_before_ = queue_.empty() ? TimePoint::min() : now + pause_after(sending);
}

/// Between two rounds of a backlog: the receiver has just come back, with all its other clients. It gets as long a rest
/// as it took to take the last round; but a backlog always shrinks faster than rounds are added to it.
milliseconds Delivery::pause_after(net::Clock::duration sending) const {
  const auto rest =
      std::max(std::chrono::duration_cast<milliseconds>(sending), milliseconds{limits::backlog_pause_min});
  return std::min(rest, settings_.interval / 4);
}

void Delivery::wait_for_retry(TimePoint now, const Outcome& outcome, double random) {
  milliseconds wait = backoff_.next(random);
  if (outcome.retry_after) wait = std::max(wait, std::min(*outcome.retry_after, milliseconds{limits::retry_after_max}));
  not_before_ = now + wait;
  attempt_begun_.reset();
}

void Delivery::hurry() {
  hurried_ = true;
}

}  // namespace cspy::otlp
