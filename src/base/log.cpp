#include "base/log.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "base/utf8.hpp"

namespace cspy {
namespace {

constexpr std::size_t value_bytes_max = 1'024;

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::error: return "error";
    case LogLevel::warn: return "warn";
    case LogLevel::info: return "info";
    case LogLevel::debug: return "debug";
  }
  return "error";
}

/// logfmt quotes values that contain spaces, quotes, '=', '\\' or control characters.
void append_logfmt_value(std::string& line, std::string_view value) {
  const bool bare = !value.empty() && std::ranges::none_of(value, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F;
  });
  if (bare) {
    line.append(value);
  } else {
    json::append_string(line, value);
  }
}

void append_pair(std::string& line, LogFormat format, std::string_view key, std::string_view value) {
  const auto repaired = repair_utf8(value, value_bytes_max);
  if (format == LogFormat::json) {
    line.append(line.size() > 1 ? "," : "");
    json::append_string(line, key);
    line.push_back(':');
    json::append_string(line, repaired);
  } else {
    line.append(line.empty() ? "" : " ");
    line.append(key).push_back('=');
    append_logfmt_value(line, repaired);
  }
}

}  // namespace

void Log::write(LogLevel level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  if (lost_ > 0 && sink_(line_of(LogLevel::warn, "dropped log lines: they could not be written at once",
                                 {{"dropped", std::to_string(lost_)}})))
    lost_ = 0;
  if (lost_ > 0 || !sink_(line_of(level, message, fields))) {
    ++lost_;
    ++lost_in_all_;
  }
}

std::string Log::line_of(LogLevel level, std::string_view message, Fields fields) const {
  std::string line{format_ == LogFormat::json ? "{" : ""};
  append_pair(line, format_, "time", format_rfc3339(clock_()));
  append_pair(line, format_, "level", name_of(level));
  append_pair(line, format_, "msg", message);
  for (const auto& field : fields)
    append_pair(line, format_, field.key, field.value);
  line.append(format_ == LogFormat::json ? "}\n" : "\n");
  return line;
}

}  // namespace cspy
