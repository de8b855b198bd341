// A round that waits to be delivered, and how far its delivery has come. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "metrics/reading.hpp"

namespace cspy::queue {

/// The first so many of the round's readings, then of its endings, have been answered for: taken or refused for good.
struct Progress {
  std::uint32_t readings = 0;
  std::uint32_t endings = 0;

  bool operator==(const Progress&) const = default;
};
[[nodiscard]] bool is_whole(const metrics::Round& round, Progress progress);

struct Waiting {
  std::uint64_t sequence = 0;  ///< grows with each round; the journal knows the round by it
  metrics::Round round;
  Progress progress = {};
  std::size_t bytes = 0;  ///< estimate of the memory it takes; set by Backlog
  bool refused = false;   ///< the receiver refused a part of it for good
};

/// Estimate of the memory that a round takes while it waits. Containers are shared with the fleet and do not count,
/// except those that are gone.
[[nodiscard]] std::size_t memory_bytes(const metrics::Round& round);

}  // namespace cspy::queue
