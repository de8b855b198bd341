// A container and what was read of it, and the rounds made of them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/time.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::metrics {

/// Shared between the fleet, which must know which series it has sent, and the rounds that wait to be sent. Immutable.
struct Reading {
  std::shared_ptr<const Container> container;
  Sample sample;
  std::uint64_t shape = 0;   ///< hash over the series it has; see visit.hpp
  std::uint32_t points = 0;  ///< how many series it has
};

using ReadingPtr = std::shared_ptr<const Reading>;

/// Series that end: those of `last` which `now` has no longer. `now` is null where the whole container is gone.
struct Ending {
  ReadingPtr last;
  ReadingPtr now;
};

/// All that is sent for one tick of the clock, under one timestamp.
struct Round {
  UnixNanos time = 0;
  std::vector<ReadingPtr> readings;
  std::vector<Ending> endings;

  [[nodiscard]] bool empty() const { return readings.empty() && endings.empty(); }
};

}  // namespace cspy::metrics
