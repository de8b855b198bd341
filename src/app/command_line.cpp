#include "app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "base/utf8.hpp"

namespace cspy::app {
namespace {

/// The part of an unknown word that is a flag. The rest may be a secret, and so is a word that is not a flag: it may be
/// the value of an unknown flag. The value of a flag with one dash may follow without a space.
std::string_view flag_in(std::string_view word) {
  if (!word.starts_with('-')) return {};
  return word.starts_with("--") ? leading_name(word) : word.substr(0, 2);
}

/// "unknown flag '--otlp-endpont' on the command line: did you mean '--otlp-endpoint'?"
std::string unknown(std::string_view word) {
  const auto flag = flag_in(word);
  if (flag.empty()) return "a word on the command line is neither a flag nor the value of a known flag";
  auto message = fmt::format("unknown flag '{}' on the command line", printable(flag, quote_bytes_max));
  std::string key{leading_name(word.substr(std::min(word.find_first_not_of('-'), word.size())))};
  std::ranges::replace(key, '-', '_');
  for (const auto& row : option_table()) {
    if (nearest_key(key) == row.key) message.append(fmt::format(": did you mean '{}'?", row.flag()));
  }
  return message;
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine result;
  CLI::App app;
  app.set_help_flag();     // app/console prints the help
  app.allow_extras(true);  // so that all unknown flags are reported, not only the first
  app.add_flag("--help,-h", result.help);
  app.add_flag("--version", result.version);
  app.add_flag("--print-config", result.print_config);
  app.add_option("--config", result.config_file);
  std::map<std::string, std::string, std::less<>> texts;
  for (const auto& row : option_table())
    app.add_option(row.flag(), texts[std::string{row.key}]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ConversionError&) {  // its message quotes the value
    result.mistakes.emplace_back("command line: --help, --version and --print-config do not take a value");
    return result;
  } catch (const CLI::ParseError& error) {
    result.mistakes.push_back(fmt::format("command line: {}", error.what()));
    return result;
  }
  for (const auto& row : option_table()) {
    if (app.count(row.flag()) == 0) continue;
    result.values[std::string{row.key}] = {.value = texts[std::string{row.key}],
                                           .source = fmt::format("command line {}", row.flag())};
  }
  for (const auto& word : app.remaining())
    result.mistakes.push_back(unknown(word));
  return result;
}

}  // namespace cspy::app
