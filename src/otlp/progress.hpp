// How far the delivery of a round has come.
#pragma once

#include <cstdint>

namespace cspy::otlp {

/// So many of the round's readings, then of its endings, have been answered for.
struct Progress {
  std::uint32_t readings = 0;
  std::uint32_t endings = 0;

  bool operator==(const Progress&) const = default;
};

}  // namespace cspy::otlp
