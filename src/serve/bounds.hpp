// The limits of a server.
#pragma once

#include <cstddef>

#include "base/limits.hpp"
#include "net/clock.hpp"

namespace cspy::serve {

/// As base/limits.hpp has them, with the reasons. Tests have shorter times and smaller numbers.
struct Bounds {
  std::size_t connections_max = limits::serve_connections_max;
  std::size_t refusals_max = limits::serve_refusals_max;
  std::size_t compressors_max = limits::serve_compressors_max;
  net::Clock::duration handshake_time_max = limits::serve_handshake_time_max;
  net::Clock::duration head_time_max = limits::serve_head_time_max;
  net::Clock::duration head_patience = limits::serve_head_patience;
  net::Clock::duration idle_time_max = limits::serve_idle_time_max;
  net::Clock::duration answer_time_max = limits::serve_answer_time_max;
  net::Clock::duration write_time_max = limits::serve_write_time_max;
  net::Clock::duration linger_time_max = limits::serve_linger_time_max;
  net::Clock::duration stop_time_max = limits::serve_stop_time_max;
};

}  // namespace cspy::serve
