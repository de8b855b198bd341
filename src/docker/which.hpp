// Which of the engine's containers are looked at.
#pragma once

#include <cstdint>

namespace cspy::docker {

enum class Which : std::uint8_t {
  running,
  all,  ///< those that do not run, too
};

}  // namespace cspy::docker
