// How large requests are. Pure.
//
// Two things change the size:
//
// - The pace. Each request costs the latency of the receiver. While a round takes too large a share of the interval,
//   requests grow. They shrink back when rounds are sent quickly, and after a failure.
// - The receiver's limit. A size that was refused is halved. After some accepted requests a larger one is tried. If it
//   is refused too, more requests must be accepted before the next attempt.
//
// All sizes are estimates in protobuf, as estimated_bytes() makes them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/limits.hpp"

namespace cspy::otlp {

class RequestSize {
 public:
  /// REQUIRES: usual <= largest.
  RequestSize(std::size_t usual, std::size_t largest) : usual_{usual}, largest_{largest}, wanted_{usual} {}

  /// The size that the next request should have at most. It is at least 1.
  [[nodiscard]] std::size_t bytes() const;

  /// A request of `bytes` with several containers was refused because of its size.
  void refused(std::size_t bytes);
  /// A request of `bytes` with a single container was refused because of its size. It cannot be split. If smaller
  /// requests were tried only because of this container, the others may be larger again.
  void refused_alone(std::size_t bytes);
  void accepted();
  /// A request failed for another reason and will be repeated.
  void failed();

  /// How a round was sent.
  struct Pace {
    std::chrono::nanoseconds sending{};   ///< the whole round
    std::chrono::nanoseconds slowest{};   ///< its slowest request
    std::size_t requests = 0;             ///< at least one
    std::chrono::nanoseconds interval{};  ///< between two rounds
    std::chrono::nanoseconds timeout{};   ///< of a request; 0: none
  };
  void sent(const Pace& pace);

 private:
  /// What is known about the receiver's limit.
  struct Limit {
    std::size_t bytes;
    std::uint32_t patience;  ///< accepted requests before a larger one is tried
    std::uint32_t accepted;  ///< since the last change
    bool tried_larger;       ///< since the last refusal
  };

  std::size_t usual_, largest_;
  std::size_t wanted_;               ///< by the pace
  std::optional<Limit> limit_;       ///< after the first refusal
  std::size_t before_refusals_ = 0;  ///< the size before the current series of refusals; 0: the last one was accepted
};

}  // namespace cspy::otlp
