// A round that waits for its delivery, and how far its delivery has come. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/key_values.hpp"
#include "metrics/reading.hpp"

namespace cspy::queue {

/// How many of the round's readings, and then of its endings, are settled, counted from the first: the receiver took
/// them or refused them for good.
struct Progress {
  std::uint32_t readings = 0;
  std::uint32_t endings = 0;

  bool operator==(const Progress&) const = default;
};
[[nodiscard]] bool is_whole(const metrics::Round& round, Progress progress);

struct Waiting {
  std::uint64_t sequence = 0;  ///< grows with each round; identifies the round in the journal
  metrics::Round round;
  Progress progress = {};
  std::size_t bytes = 0;  ///< memory_bytes() of the round; set by Backlog
  bool refused = false;   ///< the receiver refused a part of it for good
};

/// Estimates the memory of a waiting round without what it shares with other rounds: its containers and its identity.
[[nodiscard]] std::size_t memory_bytes(const metrics::Round& round);
/// Estimates the memory that rounds share.
[[nodiscard]] std::size_t memory_bytes(const metrics::Container& container);
[[nodiscard]] std::size_t memory_bytes(const KeyValues& identity);

}  // namespace cspy::queue
