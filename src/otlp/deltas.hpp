// Remembers the last delivered reading of each container: the base of its next deltas. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "otlp/encoder.hpp"

namespace cspy::otlp {

class Deltas {
 public:
  /// `begun`: the start of the program. An earlier program may have pushed containers that started before it, so their
  /// counts until the first delivery are not sent.
  explicit Deltas(UnixNanos begun) : begun_{begun} {}

  /// The bases of the readings of `batch`, in their order. Valid until the next call.
  [[nodiscard]] std::span<const Base> bases(const Batch& batch);
  /// The receiver accepted the batch: later deltas count from it. Counts of a lost batch are part of the next deltas.
  void delivered(const Batch& batch);
  /// These endings of the round at `time` will not be delivered: nothing counts on from their containers.
  void forget(std::span<const metrics::Ending> endings, UnixNanos time);

 private:
  /// The series of this run have ended in the round at `time`.
  void end(const metrics::Container& container, UnixNanos time);
  [[nodiscard]] const Base* find(std::string_view id) const;

  UnixNanos begun_;
  std::map<std::string, Base, std::less<>> pushed_;  ///< by id of the container
  /// Stopped containers with OOM kills. OOM kills count over all runs: without this, the next run would send them
  /// again.
  std::map<std::string, Base, std::less<>> gone_;
  std::vector<Base> bases_;
};

}  // namespace cspy::otlp
