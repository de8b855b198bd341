// From rounds to the bytes of requests. The exporter knows no encoding, an encoder knows no transport.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "metrics/reading.hpp"

namespace cspy::otlp {

/// What all points share: attributes of the resource, in order.
using Resource = std::vector<std::pair<std::string, std::string>>;

/// A part of a round that goes into one request.
struct Batch {
  UnixNanos time = 0;
  std::span<const metrics::ReadingPtr> readings;
  std::span<const metrics::Ending> endings;
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  [[nodiscard]] virtual std::string_view content_type() const = 0;
  /// The request for `batch`. The bytes live in the encoder until its next call.
  [[nodiscard]] virtual std::string_view encode(const Resource& resource, const Batch& batch) = 0;
};

}  // namespace cspy::otlp
