// Splits a round into requests. Pure.
#pragma once

#include <cstddef>

#include "metrics/reading.hpp"
#include "otlp/encoder.hpp"
#include "queue/waiting.hpp"

namespace cspy::otlp {

/// The next part of `round` after `from`: readings first, then endings. Its size is at most about `bytes_target`, but
/// at least one container, because a container is never split. The batch refers to the round. `extra`: the encoder's
/// extra_point_bytes(). REQUIRES: !queue::is_whole(round, from).
[[nodiscard]] Batch batch_from(const metrics::Round& round, queue::Progress from, std::size_t bytes_target,
                               std::size_t extra = 0);

/// The progress after `batch` was delivered.
[[nodiscard]] queue::Progress after(queue::Progress from, const Batch& batch);

/// Approximate size of the points in protobuf.
[[nodiscard]] std::size_t estimated_bytes(const metrics::Reading& reading, std::size_t extra = 0);
[[nodiscard]] std::size_t estimated_bytes(const Batch& batch, std::size_t extra = 0);

}  // namespace cspy::otlp
