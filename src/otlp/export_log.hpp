// What the exporter says: one line when something begins to go wrong, with what a person can do, and one when it is
// over, however often it happens in between.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "otlp/response.hpp"

namespace cspy::otlp {

class ExportLog {
 public:
  explicit ExportLog(Log& log) : log_{log} {}

  /// A request was not taken. One line for each kind of failure.
  void failed(const Outcome& outcome);
  /// A round was delivered; `points` in all so far, `waiting` rounds behind it, `lost` rounds in all so far.
  void delivered(std::uint64_t points, std::size_t waiting, std::uint64_t lost);
  /// A request was taken, perhaps not all of it.
  void taken(const Outcome& outcome);
  /// Rounds were dropped from the queue.
  void dropped(std::string_view why, std::string_view remedy);
  void smaller_requests(std::size_t bytes);

 private:
  Log& log_;
  /// The failure that was last told of: its status, or its words where there was no answer. None while it works.
  std::optional<std::string> failing_;
  std::uint64_t lost_before_ = 0;  ///< rounds, when the last one was delivered
  bool ever_delivered_ = false;
  bool catching_up_ = false;
  bool rejecting_ = false;
  bool dropping_ = false;
};

}  // namespace cspy::otlp
