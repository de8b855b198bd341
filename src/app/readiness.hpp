// Whether the program does its work, and if not, why: for /readyz. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "net/clock.hpp"

namespace cspy::app {

struct Condition {
  bool engine_connected = false;
  std::optional<Error> engine_error = {};  ///< why it is not connected, as far as it is known
  bool pushes = false;
  std::optional<net::TimePoint> push_failing_since = {};
  std::optional<Error> push_error = {};  ///< of the last request that failed
};

/// nullopt if it is ready. Otherwise the reason and, if there is one, the remedy, a line each. Deliveries may fail for
/// limits::ready_despite_failures.
[[nodiscard]] std::optional<std::string> why_not_ready(const Condition& condition, net::TimePoint now);

}  // namespace cspy::app
