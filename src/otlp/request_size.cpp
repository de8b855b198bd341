#include "otlp/request_size.hpp"

#include <algorithm>

namespace cspy::otlp {

std::size_t RequestSize::bytes() const {
  return limit_ ? std::min(limit_->bytes, wanted_) : wanted_;
}

void RequestSize::refused(std::size_t bytes) {
  const auto tried = std::min(this->bytes(), bytes);
  if (before_refusals_ == 0) before_refusals_ = this->bytes();
  auto patience = limit_ ? limit_->patience : limits::accepted_before_larger_min;
  if (limit_ && limit_->tried_larger) patience = std::min(2 * patience, limits::accepted_before_larger_max);
  limit_ = {.bytes = std::max<std::size_t>(tried / 2, 1), .patience = patience, .accepted = 0, .tried_larger = false};
}

void RequestSize::refused_alone(std::size_t bytes) {
  if (before_refusals_ == 0) return;
  limit_->bytes = std::max(limit_->bytes, std::min(before_refusals_, bytes / 2));
  before_refusals_ = 0;
}

void RequestSize::accepted() {
  before_refusals_ = 0;
  if (!limit_ || limit_->bytes >= wanted_ || ++limit_->accepted < limit_->patience) return;
  limit_->accepted = 0;
  limit_->tried_larger = true;
  limit_->bytes = std::min(2 * limit_->bytes, wanted_);
}

void RequestSize::failed() {
  wanted_ = usual_;
}

void RequestSize::sent(const Pace& pace) {
  const auto share = std::chrono::duration_cast<std::chrono::nanoseconds>(pace.interval * limits::sending_share_max);
  // On a slow line, a larger request might not end in time.
  const bool in_time = pace.timeout == std::chrono::nanoseconds::zero() || pace.slowest < pace.timeout / 4;
  if (pace.sending > share && pace.requests > 1 && in_time) {
    wanted_ = std::min(2 * wanted_, largest_);
  } else if (pace.sending < share / 4) {  // half the size doubles the time, which must not make it grow again
    wanted_ = std::max(wanted_ / 2, usual_);
  }
}

}  // namespace cspy::otlp
