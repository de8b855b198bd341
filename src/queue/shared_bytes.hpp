// Counts the memory that several waiting rounds share: their containers and identities. Pure.
//
// Each is counted once, from the first round that holds it to the last. It does not matter whether the fleet holds it
// too: the fleet may let go of it at any time, and then the rounds alone keep it in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "metrics/reading.hpp"

namespace cspy::queue {

class SharedBytes {
 public:
  /// Adds what `round` holds.
  void add(const metrics::Round& round);
  /// REQUIRES: add() was called for the same round.
  void remove(const metrics::Round& round);
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::unordered_map<const void*, std::uint32_t> holders_;  ///< how often the waiting rounds refer to it
  std::size_t bytes_ = 0;
};

}  // namespace cspy::queue
