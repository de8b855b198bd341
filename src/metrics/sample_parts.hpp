// Functions of SampleParts (metrics/sample.hpp) that use the table of counts.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "metrics/counts.hpp"
#include "metrics/sample.hpp"
#include "metrics/working_set.hpp"

namespace cspy::metrics {

static_assert(sample_counts.size() <= 64 && tail_count <= 64);

/// The count's bit in SampleParts::counts.
constexpr std::uint64_t bit_of(Count Sample::* count) {
  return std::uint64_t{1} << index_of(count);
}

constexpr bool SampleParts::has(Count Sample::* count) const {
  return (counts & bit_of(count)) != 0;
}

/// The given counts, and the counts they are calculated from.
constexpr SampleParts parts_of(std::initializer_list<Count Sample::*> counts) {
  SampleParts parts;
  for (const auto count : counts) {
    parts.counts |= bit_of(count);
    if (count == &Sample::memory_working_set) parts |= parts_of({working_set_inputs[0], working_set_inputs[1]});
  }
  return parts;
}
constexpr SampleParts parts_of(Tail detail) {
  return {.details = std::uint64_t{1} << static_cast<unsigned>(detail)};
}

constexpr SampleParts parts_of_all(std::initializer_list<Tail> details) {
  SampleParts parts;
  for (const auto detail : details)
    parts |= parts_of(detail);
  return parts;
}

}  // namespace cspy::metrics
