// What has been delivered of each container, so that deltas can be counted from it. Pure.
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
  /// Containers that started before `begun` may have been pushed by a program before this one: what was counted of them
  /// until then is nobody's to send again.
  explicit Deltas(UnixNanos begun) : begun_{begun} {}

  /// For each of the batch's readings. Valid until the next call.
  [[nodiscard]] std::span<const Base> bases(const Batch& batch);
  /// The batch was taken: later deltas count from it. A batch that was lost is in the deltas of the next one.
  void delivered(const Batch& batch);

 private:
  /// The run that this was has no series any more, as of a round at `time`.
  void end(const metrics::Container& container, UnixNanos time);
  [[nodiscard]] const Base* find(std::string_view id) const;

  UnixNanos begun_;
  std::map<std::string, Base, std::less<>> pushed_;  ///< by the container's id
  /// Those that do not run now and had OOM kills, which are counted over all runs: another one would send them again.
  std::map<std::string, Base, std::less<>> gone_;
  std::vector<Base> bases_;
};

}  // namespace cspy::otlp
