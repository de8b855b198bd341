// From rounds to the bytes of requests. The exporter knows no encoding, an encoder knows no transport.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/key_values.hpp"
#include "base/time.hpp"
#include "metrics/reading.hpp"

namespace cspy::otlp {

/// What all points share: attributes of the resource, in order.
using Resource = KeyValues;

/// How counters are sent: since the container's start, or since the last push.
enum class Temporality : std::uint8_t { cumulative, delta };

/// What a container's deltas are counted from.
struct Base {
  enum class Kind : std::uint8_t {
    unknown,  ///< it ran before this agent did, and what was pushed of it is not known: no counters this time
    started,  ///< nothing of this run was pushed yet: everything since its start
    pushed,   ///< what `last` had at `time` was pushed
  };

  Kind kind = Kind::unknown;
  metrics::ReadingPtr last;  ///< with `started` that of an earlier run, for what counts over all of them; or null
  UnixNanos time = 0;
};

/// A part of a round that goes into one request.
struct Batch {
  UnixNanos time = 0;
  std::span<const metrics::ReadingPtr> readings;
  std::span<const metrics::Ending> endings;
  Temporality temporality = Temporality::cumulative;
  std::span<const Base> bases = {};  ///< of the readings, with Temporality::delta
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  [[nodiscard]] virtual std::string_view content_type() const = 0;
  /// About how many bytes it takes where protobuf takes one.
  [[nodiscard]] virtual std::size_t expansion() const { return 1; }
  /// The request for `batch`. The bytes live in the encoder until its next call.
  [[nodiscard]] virtual std::string_view encode(const Resource& resource, const Batch& batch) = 0;
};

}  // namespace cspy::otlp
