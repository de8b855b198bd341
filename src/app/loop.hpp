// The event loop of the program, which owns the frames of the coroutines that wait.
//
// A frame refers to objects that were made after the loop, because those need the loop. Asio destroys frames together
// with the loop, when those objects are gone. So the owner of both calls destroy_coroutines() first.
#pragma once

#include <boost/asio/io_context.hpp>

namespace cspy::app {

class Loop : public boost::asio::io_context {
 public:
  /// For one thread.
  Loop() : io_context{1} {}

  /// Destroys the frames of all coroutines that wait, without resuming them. Sockets and timers of the loop may be
  /// destroyed afterwards, but the loop does not run again. Call it outside of run().
  void destroy_coroutines() { shutdown(); }
};

}  // namespace cspy::app
