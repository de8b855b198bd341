#include "app/console.hpp"

#include <fmt/format.h>

#include <iterator>

#include "base/json_writer.hpp"
#include "base/utf8.hpp"
#include "base/version.hpp"

namespace cspy::app {
namespace {

/// Where else a setting may come from, in the order of precedence: "CSPY_X, then the file, then OTEL_X".
std::string other_sources(const OptionRow& row) {
  std::string names;
  for (const auto& [name, deprecated] : row.environment) {
    if (!deprecated) names.append(names.empty() ? "" : ", ").append(name);
  }
  for (const auto& other : row.ambient)
    names.append(", after the file ").append(other.name);
  return names;
}

}  // namespace

std::string help_text() {
  std::string text{
      "containerspy reads the metrics of all containers from a Docker engine and pushes them over OTLP under "
      "cAdvisor's "
      "names.\n\n"
      "Usage: containerspy [OPTIONS]\n\n"
      "A setting is taken from the command line, else from its environment variable, else from the configuration "
      "file,\n"
      "else its default.\n\n"};
  auto out = std::back_inserter(text);
  for (const auto& row : option_table()) {
    fmt::format_to(out, "  {} {}\n      {}\n", row.flag(), row.placeholder, row.help);
    fmt::format_to(out, "      [environment: {}] [key: {}]", other_sources(row), row.key);
    if (!row.default_value.empty()) fmt::format_to(out, " [default: {}]", row.default_value);
    text.append("\n");
  }
  fmt::format_to(out, "  --config FILE\n      The configuration file, in JSON5\n      [environment: {}] [default:",
                 config_environment_name);
  for (const auto place : config_file_places())
    fmt::format_to(out, "{}{}", place == config_file_places().front() ? " ./" : ", ", place);
  text.append(
      ", if there is one]\n"
      "  --print-config\n      Print each setting and where it came from, and exit\n"
      "  --version\n      Print the version and exit\n"
      "  --help, -h\n      Print this and exit\n");
  return text;
}

std::string version_text() {
  return fmt::format("containerspy {}\n", version());
}

std::string config_text(const Resolved& resolved) {
  std::string text{"{\n"};
  for (const auto& [row, given] : resolved.values) {
    text.append("  ").append(row->key).append(": ");
    const auto value = row->shown(given.value);
    if (row->type == OptionRow::Type::text) {
      json::append_string(text, repair_utf8(value, value.size() * 3));
    } else {
      text.append(value);
    }
    text.append(",  // ").append(given.source).append("\n");
  }
  return text.append("}\n");
}

}  // namespace cspy::app
