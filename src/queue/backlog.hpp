// The waiting rounds, the oldest first, with a limit on their memory and on their age. Pure.
//
// Invariants:
//
// - Rounds leave from the front, in the order in which they were pushed. Receivers refuse a sample that is older than
//   the newest one they hold.
// - While the front is held, a request with a part of it is on its way and refers to it: neither the memory limit nor
//   the age limit removes it.
// - bytes() is the sum of Waiting::bytes, and what the rounds share, counted once. After each push() it is at most
//   `bytes_max`, unless the newest round and a held front are larger by themselves.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "queue/shared_bytes.hpp"
#include "queue/waiting.hpp"

namespace cspy::queue {

class Backlog {
 public:
  struct Bounds {
    std::size_t bytes_max = 0;
    std::chrono::milliseconds age_max{};
  };
  explicit Backlog(Bounds bounds) : bounds_{bounds} {}

  /// Adds the newest round. Returns the rounds that it removed to make room, the oldest first. The newest always stays.
  [[nodiscard]] std::vector<Waiting> push(Waiting waiting);
  /// Removes and returns the rounds that are older than `age_max` at `now` on the wall clock.
  [[nodiscard]] std::vector<Waiting> expire(UnixNanos now);
  /// Removes the oldest round that is neither held nor the newest. nullopt if there is none.
  [[nodiscard]] std::optional<Waiting> drop_oldest();
  /// Removes all rounds, even a held one.
  [[nodiscard]] std::vector<Waiting> clear();

  /// REQUIRES (front, hold_front, pop_front): not empty.
  [[nodiscard]] Waiting& front() { return rounds_.front(); }
  void hold_front() { held_ = true; }
  void release_front() { held_ = false; }
  [[nodiscard]] bool front_is_held() const { return held_; }
  [[nodiscard]] Waiting pop_front();

  [[nodiscard]] const std::deque<Waiting>& rounds() const { return rounds_; }
  [[nodiscard]] bool empty() const { return rounds_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_ + shared_.bytes(); }
  [[nodiscard]] std::size_t bytes_max() const { return bounds_.bytes_max; }

 private:
  Waiting take(std::size_t index);

  Bounds bounds_;
  std::deque<Waiting> rounds_;
  std::size_t bytes_ = 0;  ///< the sum of Waiting::bytes
  SharedBytes shared_;
  bool held_ = false;
};

}  // namespace cspy::queue
