// What a program does that was told to do nothing.
#pragma once

namespace cspy::app {

/// Waits for SIGTERM or SIGINT. To end instead would make a supervisor start it again and again.
void wait_for_signal();

}  // namespace cspy::app
