#include "queue/backlog.hpp"

#include <utility>

namespace cspy::queue {

std::vector<Waiting> Backlog::push(Waiting waiting) {
  waiting.bytes = memory_bytes(waiting.round);
  bytes_ += waiting.bytes;
  shared_.add(waiting.round);
  rounds_.push_back(std::move(waiting));
  std::vector<Waiting> dropped;
  while (bytes() > bounds_.bytes_max) {
    auto oldest = drop_oldest();
    if (!oldest) break;
    dropped.push_back(*std::move(oldest));
  }
  return dropped;
}

std::vector<Waiting> Backlog::expire(UnixNanos now) {
  std::vector<Waiting> dropped;
  const auto age_max = static_cast<UnixNanos>(std::chrono::nanoseconds{bounds_.age_max}.count());
  const std::size_t oldest = held_ ? 1 : 0;
  while (rounds_.size() > oldest && rounds_[oldest].round.time + age_max < now)
    dropped.push_back(take(oldest));
  return dropped;
}

std::optional<Waiting> Backlog::drop_oldest() {
  const std::size_t oldest = held_ ? 1 : 0;
  if (rounds_.size() <= oldest + 1) return std::nullopt;
  return take(oldest);
}

std::vector<Waiting> Backlog::clear() {
  std::vector<Waiting> dropped;
  while (!rounds_.empty())
    dropped.push_back(take(0));
  held_ = false;
  return dropped;
}

Waiting Backlog::pop_front() {
  held_ = false;
  return take(0);
}

Waiting Backlog::take(std::size_t index) {
  auto taken = std::move(rounds_[index]);
  rounds_.erase(rounds_.begin() + static_cast<std::ptrdiff_t>(index));
  bytes_ -= taken.bytes;
  shared_.remove(taken.round);
  return taken;
}

}  // namespace cspy::queue
