// The log of the exporter: one line when a problem begins, with advice for the user, and one line when it is over. It
// does not matter how often the problem occurs in between.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "otlp/response.hpp"

namespace cspy::otlp {

class ExportLog {
 public:
  explicit ExportLog(Log& log) : log_{log} {}

  /// A request failed. Logs one line for each kind of failure.
  void failed(const Outcome& outcome);
  /// A round was delivered. `points` and `lost` (rounds): totals so far. `waiting`: rounds that still wait.
  void delivered(std::uint64_t points, std::size_t waiting, std::uint64_t lost);
  /// A request was accepted, perhaps without some points.
  void accepted(const Outcome& outcome);
  /// Rounds were dropped from the queue.
  void dropped(std::string_view why, std::string_view remedy);
  /// Requests are limited to `bytes` from now on. Logs only the smallest size so far, because larger ones are tried now
  /// and then.
  void smaller_requests(std::size_t bytes);

 private:
  Log& log_;
  /// The last logged failure: its status, or its message if there was no answer. nullopt while delivery works.
  std::optional<std::string> failing_;
  std::size_t smallest_request_ = std::numeric_limits<std::size_t>::max();
  std::uint64_t lost_before_ = 0;  ///< rounds that were lost until the last delivery
  bool ever_delivered_ = false;
  bool catching_up_ = false;
  bool rejecting_ = false;
  bool dropping_ = false;
};

}  // namespace cspy::otlp
