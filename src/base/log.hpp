// The log: one line per change of state. The level says who has to act.
//
//   error  the agent cannot work until somebody acts
//   warn   data is lost or will be lost; somebody should look
//   info   a change of state that every user wants to see
//   debug  the work of each round
//
// A line has a message and key-value pairs, in logfmt or as a JSON object. Values are cut and repaired to valid UTF-8
// here, so callers may pass text from a peer. If lines are lost, the next line is preceded by one that counts them.
#pragma once

#include <cstdint>
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
  /// Receives one whole line, with its line break. false: the line is lost.
  using Sink = std::function<bool(std::string_view)>;

  /// `clock` gives the time of each line.
  Log(LogLevel level, LogFormat format, Sink sink, UnixNanos (*clock)() = system_now)
      : level_{level}, format_{format}, sink_{std::move(sink)}, clock_{clock} {}

  void error(std::string_view message, Fields fields = {}) { write(LogLevel::error, message, fields); }
  void warn(std::string_view message, Fields fields = {}) { write(LogLevel::warn, message, fields); }
  void info(std::string_view message, Fields fields = {}) { write(LogLevel::info, message, fields); }
  void debug(std::string_view message, Fields fields = {}) { write(LogLevel::debug, message, fields); }

  [[nodiscard]] bool enabled(LogLevel level) const { return level <= level_; }
  /// Lines that the sink did not take, since the start.
  [[nodiscard]] std::uint64_t lines_lost() const { return lost_in_all_; }

 private:
  void write(LogLevel level, std::string_view message, Fields fields);
  [[nodiscard]] std::string line_of(LogLevel level, std::string_view message, Fields fields) const;

  LogLevel level_;
  LogFormat format_;
  Sink sink_;
  UnixNanos (*clock_)();
  std::uint64_t lost_ = 0;  ///< lines since the last one that was written
  std::uint64_t lost_in_all_ = 0;
};

}  // namespace cspy
