// Cutting a round into requests. Pure.
#pragma once

#include <cstddef>

#include "metrics/reading.hpp"
#include "otlp/encoder.hpp"
#include "queue/waiting.hpp"

namespace cspy::otlp {

/// The part of `round` that follows `from` and makes one request: readings and then endings, of about `bytes_target` at
/// most but never less than one container, since containers are not split. It refers to the round.
/// REQUIRES: !queue::is_whole(round, from).
[[nodiscard]] Batch batch_from(const metrics::Round& round, queue::Progress from, std::size_t bytes_target);

[[nodiscard]] queue::Progress after(queue::Progress from, const Batch& batch);

/// About how many bytes a reading's points take in protobuf.
[[nodiscard]] std::size_t estimated_bytes(const metrics::Reading& reading);
[[nodiscard]] std::size_t estimated_bytes(const Batch& batch);

}  // namespace cspy::otlp
