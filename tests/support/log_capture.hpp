// A log whose lines a test can compare whole.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"

namespace cspy::test {

struct LogCapture {
  /// The lines without their time, which is always the first field.
  std::vector<std::string> lines;
  Log log;

  explicit LogCapture(LogLevel level = LogLevel::info)
      : log{level, LogFormat::logfmt,
            [this](std::string_view line) {
              lines.emplace_back(line.substr(line.find(' ') + 1, line.size() - line.find(' ') - 2));
              return true;
            },
            [] { return UnixNanos{1'795'000'000'000'000'000}; }} {}

  [[nodiscard]] std::size_t count(std::string_view part) const {
    std::size_t found = 0;
    for (const auto& line : lines)
      found += line.contains(part) ? 1U : 0U;
    return found;
  }
};

}  // namespace cspy::test
