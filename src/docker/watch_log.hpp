// What the log says about the connection to the engine and about its events: a line for each change, not for each
// attempt.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "docker/engine.hpp"

namespace cspy::docker {

class WatchLog {
 public:
  /// The references must outlive it.
  WatchLog(Log& log, const Endpoint& endpoint) : log_{log}, endpoint_{endpoint} {}

  /// The fleet is complete. `excluded`: containers that are not watched. `followed`: by events, not by polling.
  void connected(const Engine& engine, std::size_t containers, std::size_t excluded, bool followed);
  /// Completes the error with what the user can do.
  void lost(Error& error);
  void events_followed();
  void events_fail(const Error& error, std::chrono::milliseconds poll_interval);

 private:
  enum class State { unknown, connected, away, denied, wrong };

  Log& log_;
  const Endpoint& endpoint_;
  State state_ = State::unknown;
  bool events_failing_ = false;
};

}  // namespace cspy::docker
