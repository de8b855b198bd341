#include "app/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json_writer.hpp"
#include "base/utf8.hpp"
#include "base/version.hpp"

namespace cspy::app {
namespace {

/// The sources of a setting besides its flag, in the order of precedence.
std::string sources(const OptionRow& row) {
  auto text = fmt::format("[environment: {}] [key: {}]", row.environment.front().name, row.key);
  std::string standard;
  for (const auto& variable : row.ambient)
    standard.append(standard.empty() ? "" : ", ").append(variable.name);
  if (!standard.empty()) text.append(fmt::format(" [standard: {}]", standard));
  if (!row.default_value.empty()) text.append(fmt::format(" [default: {}]", row.default_value));
  return text;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string help_text() {
  std::string text{
      "containerspy reads the metrics of all containers of a Docker engine and sends them over OTLP, under the metric\n"
      "names of cAdvisor.\n\n"
      "Usage: containerspy [OPTIONS]\n\n"
      "The flags of cAdvisor work too, with one or two dashes; docs/FROM_CADVISOR.md lists what each one does.\n\n"
      "Precedence: flag > environment variable > configuration file > standard variable > default\n"
      "Standard variables are OTEL_*, DOCKER_HOST, HTTPS_PROXY, HTTP_PROXY and NO_PROXY.\n"
      "DURATION is like 10s or 1m30s; a number alone means milliseconds.\n"
      "SIZE is like 512KiB or 32MiB; a number alone means bytes.\n\n"};
  auto out = std::back_inserter(text);
  for (const auto& row : option_table()) {
    fmt::format_to(out, "  {} {}\n      {}\n      {}\n", row.flag(), row.placeholder, row.help, sources(row));
  }
  fmt::format_to(out, "  --config FILE\n      Configuration file, in JSON5\n      [environment: {}] [default:",
                 config_environment_name);
  for (const auto place : config_file_places())
    fmt::format_to(out, "{}{}", place == config_file_places().front() ? " ./" : " or ", place);
  text.append(
      ", if it exists]\n"
      "  --print-config\n      Print all settings and their sources, and exit\n"
      "  --version\n      Print the version and exit\n"
      "  --help, -h\n      Print this help and exit\n");
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
    const bool bare = row->type == OptionRow::Type::boolean ||
                      (row->type == OptionRow::Type::amount && std::ranges::all_of(value, is_digit));
    if (!bare) {
      json::append_string(text, repair_utf8(value, value.size() * 3));
    } else {
      text.append(value);
    }
    text.append(",  // ").append(given.source).append("\n");
  }
  return text.append("}\n");
}

}  // namespace cspy::app
