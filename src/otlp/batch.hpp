// Cutting a round into requests. Pure.
#pragma once

#include <cstddef>

#include "metrics/reading.hpp"
#include "otlp/encoder.hpp"

namespace cspy::otlp {

/// Walks a round from its front; each next() is one request of about `bytes_target` at most, but never less than one
/// container: containers are not split. The round outlives it.
class Batches {
 public:
  Batches(const metrics::Round& round, std::size_t bytes_target) : round_{round}, bytes_target_{bytes_target} {}

  [[nodiscard]] bool done() const { return reading_ == round_.readings.size() && ending_ == round_.endings.size(); }
  /// REQUIRES: !done().
  [[nodiscard]] Batch next();
  /// How many of the round's endings the batches so far have held.
  [[nodiscard]] std::size_t endings_taken() const { return ending_; }

 private:
  const metrics::Round& round_;
  std::size_t bytes_target_;
  std::size_t reading_ = 0;
  std::size_t ending_ = 0;
};

/// About how many bytes a reading's points take in protobuf.
[[nodiscard]] std::size_t estimated_bytes(const metrics::Reading& reading);

}  // namespace cspy::otlp
