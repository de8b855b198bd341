// In a unit of its own, so that the simulator can link another clock.
#include <chrono>

#include "base/time.hpp"

namespace cspy {

UnixNanos system_now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<UnixNanos>(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

}  // namespace cspy
