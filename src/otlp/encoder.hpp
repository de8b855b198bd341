// Encodes parts of rounds as requests. The exporter does not depend on an encoding, nor an encoder on a transport.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/key_values.hpp"
#include "base/time.hpp"
#include "metrics/reading.hpp"

namespace cspy::otlp {

/// The attributes of the resource, which all points share, in their order.
using Resource = KeyValues;

/// How counters are sent: since the start of the container, or since the last delivered round.
enum class Temporality : std::uint8_t { cumulative, delta };

/// The reference point of the deltas of one container.
struct Base {
  enum class Kind : std::uint8_t {
    unknown,  ///< it started before this agent, and earlier pushes are not known: send no counters
    started,  ///< nothing of this run was pushed yet: send all since its start
    pushed,   ///< `last` was pushed at `time`: send the increase since then
  };

  Kind kind = Kind::unknown;
  metrics::ReadingPtr last;  ///< with `started`: of an earlier run, for counters over all runs; may be null
  UnixNanos time = 0;
  /// The parts that `last` missed have the values that were pushed before it. Since then nothing was missed; `time` if
  /// `last` missed nothing.
  UnixNanos whole_time = 0;
};

/// The part of a round that one request sends. It refers to the round.
struct Batch {
  UnixNanos time = 0;
  std::span<const metrics::ReadingPtr> readings;
  std::span<const metrics::Ending> endings;
  Temporality temporality = Temporality::cumulative;
  std::span<const Base> bases = {};  ///< one for each reading, with Temporality::delta only
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  [[nodiscard]] virtual std::string_view content_type() const = 0;
  /// Approximate size relative to protobuf.
  [[nodiscard]] virtual std::size_t expansion() const { return 1; }
  /// What each point has besides what estimated_bytes() finds in a reading, in bytes of protobuf.
  [[nodiscard]] virtual std::size_t extra_point_bytes() const { return 0; }
  /// The request for `batch`. The bytes are valid until the next call.
  [[nodiscard]] virtual std::string_view encode(const Resource& resource, const Batch& batch) = 0;
};

}  // namespace cspy::otlp
