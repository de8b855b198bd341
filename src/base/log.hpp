// The log: one line per change of state, on stderr, levelled by who has to act.
//
//   error  the agent cannot do its work until somebody acts
//   warn   something is lost or will be; somebody should look
//   info   a change of state worth a line in every installation
//   debug  what each round did
//
// A line is a sentence and key-value pairs, as logfmt or as one JSON object. Values are repaired and bounded here, so
// callers may pass what came from a peer.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace cspy {

enum class LogLevel { error, warn, info, debug };
enum class LogFormat { logfmt, json };

class Log {
 public:
  struct Field {
    std::string_view key;
    std::string value;
  };
  using Fields = std::initializer_list<Field>;
  /// Receives one whole line with its line break.
  using Sink = std::function<void(std::string_view)>;

  /// `clock` stamps the lines; tests pass their own.
  Log(LogLevel level, LogFormat format, Sink sink, UnixNanos (*clock)() = system_now)
      : level_{level}, format_{format}, sink_{std::move(sink)}, clock_{clock} {}

  void error(std::string_view message, Fields fields = {}) { write(LogLevel::error, message, fields); }
  void warn(std::string_view message, Fields fields = {}) { write(LogLevel::warn, message, fields); }
  void info(std::string_view message, Fields fields = {}) { write(LogLevel::info, message, fields); }
  void debug(std::string_view message, Fields fields = {}) { write(LogLevel::debug, message, fields); }

  [[nodiscard]] bool enabled(LogLevel level) const { return level <= level_; }

 private:
  void write(LogLevel level, std::string_view message, Fields fields);

  LogLevel level_;
  LogFormat format_;
  Sink sink_;
  UnixNanos (*clock_)();
};

/// Writes to file descriptor 2, all of a line at once; a line that cannot be written is lost, never waited for.
void write_to_stderr(std::string_view line);

}  // namespace cspy
