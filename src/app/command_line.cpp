#include "app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <iterator>
#include <span>

#include "app/cadvisor_command_line.hpp"
#include "app/cadvisor_flags.hpp"
#include "base/utf8.hpp"

namespace cspy::app {
namespace {

/// The part of an unknown word that is a flag. The rest may be a secret, and so is a word that is not a flag: it may be
/// the value of an unknown flag. The value of a flag with one dash may follow without a space.
std::string_view flag_in(std::string_view word) {
  if (!word.starts_with('-')) return {};
  return word.starts_with("--") ? leading_name(word) : word.substr(0, 2);
}

/// The most similar of our flags and cAdvisor's. `key`: with underscores.
std::optional<std::string> nearest_flag(std::string_view key) {
  std::vector<std::string_view> names;
  for (const auto& row : option_table())
    names.push_back(row.key);
  const auto ours = names.size();
  for (const auto& flag : cadvisor_flags())
    names.push_back(flag.name);
  const auto found = nearest(key, names);
  if (!found) return std::nullopt;
  return *found < ours ? option_table()[*found].flag() : fmt::format("-{}", names[*found]);
}

/// "unknown flag '--otlp-endpont' on the command line: did you mean '--otlp-endpoint'?"
std::string unknown(std::string_view word) {
  const auto flag = flag_in(word);
  if (flag.empty()) return "a word on the command line is neither a flag nor the value of a known flag";
  auto message = fmt::format("unknown flag '{}' on the command line", printable(flag, quote_bytes_max));
  std::string key{leading_name(word.substr(std::min(word.find_first_not_of('-'), word.size())))};
  std::ranges::replace(key, '-', '_');
  if (const auto meant = nearest_flag(key)) message.append(fmt::format(": did you mean '{}'?", *meant));
  return message;
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine result;
  auto taken = take_cadvisor_flags(std::span{argv, static_cast<std::size_t>(argc)}.subspan(argc > 0 ? 1 : 0));
  result.values = std::move(taken.settings);
  result.warnings = std::move(taken.warnings);
  result.not_needed = std::move(taken.not_needed);
  result.mistakes = std::move(taken.mistakes);
  std::ranges::transform(taken.unknown, std::back_inserter(result.mistakes), unknown);

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
    std::ranges::reverse(taken.others);  // CLI11 takes words from the end
    app.parse(std::move(taken.others));
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
