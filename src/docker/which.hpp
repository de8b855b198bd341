// Which of the engine's containers to watch.
#pragma once

#include <cstdint>

namespace cspy::docker {

enum class Which : std::uint8_t {
  running,
  all,  ///< also those that do not run
};

}  // namespace cspy::docker
