// The parts of a sample that some metrics need. A source reads only these.
#pragma once

#include <cstdint>

#include "metrics/counts.hpp"
#include "metrics/sample.hpp"
#include "metrics/working_set.hpp"

namespace cspy::metrics {

struct SampleParts {
  std::uint64_t counts = 0;   ///< bit i: row i of sample_counts
  std::uint64_t details = 0;  ///< bit i: the Tail with the number i
  bool cpus = false;          ///< Sample::cpu_each_ns
  bool devices = false;
  bool networks = false;

  [[nodiscard]] constexpr bool has(Count Sample::* count) const { return (counts >> index_of(count) & 1U) != 0; }
  [[nodiscard]] constexpr bool has(Tail detail) const { return (details >> static_cast<unsigned>(detail) & 1U) != 0; }
  /// Whether at least one of the details is needed.
  [[nodiscard]] constexpr bool has_any(std::initializer_list<Tail> some) const {
    return std::ranges::any_of(some, [this](Tail detail) { return has(detail); });
  }

  constexpr SampleParts& operator|=(const SampleParts& other) {
    counts |= other.counts;
    details |= other.details;
    cpus |= other.cpus;
    devices |= other.devices;
    networks |= other.networks;
    return *this;
  }
  bool operator==(const SampleParts&) const = default;
};
static_assert(sample_counts.size() <= 64 && tail_count <= 64);

/// The given counts, and the counts they are calculated from.
constexpr SampleParts parts_of(std::initializer_list<Count Sample::*> counts) {
  SampleParts parts;
  for (const auto count : counts) {
    parts.counts |= std::uint64_t{1} << index_of(count);
    if (count == &Sample::memory_working_set) parts |= parts_of({working_set_inputs[0], working_set_inputs[1]});
  }
  return parts;
}
constexpr SampleParts parts_of(Tail detail) {
  return {.details = std::uint64_t{1} << static_cast<unsigned>(detail)};
}

}  // namespace cspy::metrics
