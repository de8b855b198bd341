// A container with what was read of it, and the rounds made of such readings.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/key_values.hpp"
#include "base/time.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::metrics {

/// Where a run's numbers come from besides the engine. Two sources count differently, so the first reading of a run
/// decides for all its readings, as long as the files are there.
struct Sources {
  bool tree = false;  ///< the host's cgroup tree
  bool proc = false;  ///< the host's /proc

  bool operator==(const Sources&) const = default;
};

/// Immutable. Shared between the fleet, which must know the series it has sent, and the rounds that wait to be sent.
struct Reading {
  std::shared_ptr<const Container> container;
  Sample sample;
  std::uint64_t shape = 0;   ///< hash over its series; see visit.hpp
  std::uint32_t points = 0;  ///< number of its series that are sent
  Sources sources{};
};

using ReadingPtr = std::shared_ptr<const Reading>;

/// Series that end: those that `last` has and `now` does not. `now` is null if the whole container is gone.
struct Ending {
  ReadingPtr last;
  ReadingPtr now;
};

/// The resource attributes under which a round is sent, in their order: the identity of the agent that read it. Rounds
/// share it.
using IdentityPtr = std::shared_ptr<const KeyValues>;

/// Everything that is sent for one tick of the clock, with one timestamp.
struct Round {
  UnixNanos time = 0;
  std::vector<ReadingPtr> readings;
  std::vector<Ending> endings;
  IdentityPtr identity = {};  ///< null until the identity is known

  [[nodiscard]] bool empty() const { return readings.empty() && endings.empty(); }
};

}  // namespace cspy::metrics
