#include "app/config_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>
#include <variant>

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "json5/parse.hpp"

namespace cspy::app {
namespace {

std::string_view type_of(const json5::Value& value) {
  constexpr std::array<std::string_view, 7> names{"null",     "a boolean", "a number", "a number",
                                                  "a string", "an array",  "an object"};
  return names[value.data.index()];
}

std::string_view name_of(OptionRow::Type type) {
  switch (type) {
    case OptionRow::Type::text: return "a string";
    case OptionRow::Type::amount: return "a number or a string";
    case OptionRow::Type::boolean: return "a boolean";
    case OptionRow::Type::pairs: return "a string or an object of strings";
  }
  return {};
}

std::string place(std::string_view path, json5::Position at) {
  return fmt::format("{}, line {}, column {}", path, at.line, at.column);
}

std::string unknown_key(std::string_view path, const json5::Member& member) {
  auto message = fmt::format("unknown key '{}' ({})", printable(leading_name(member.key), quote_bytes_max),
                             place(path, member.at));
  if (const auto meant = nearest_key(member.key)) message.append(fmt::format(": did you mean '{}'?", *meant));
  return message;
}

/// Escapes what has a meaning in a list of NAME=VALUE, and white space, which is trimmed there.
std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (std::string_view{"%,= \t\r\n"}.contains(c)) {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
    } else {
      encoded.push_back(c);
    }
  }
  return encoded;
}

/// NAME=VALUE[,NAME=VALUE...]. nullopt if a value is not a string.
std::optional<std::string> list_of(const json5::Object& members) {
  std::string list;
  for (const auto& member : members) {
    const auto* value = std::get_if<std::string>(&member.value.data);
    if (value == nullptr) return std::nullopt;
    list.append(list.empty() ? "" : ",").append(percent_encoded(member.key));
    list.append("=").append(percent_encoded(*value));
  }
  return list;
}

/// The value as text. nullopt if it does not have the type of the option.
std::optional<std::string> text_of(OptionRow::Type type, const json5::Value& value) {
  if (type == OptionRow::Type::boolean) {
    const auto* flag = std::get_if<bool>(&value.data);
    return flag == nullptr ? std::nullopt : std::optional<std::string>{*flag ? "true" : "false"};
  }
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  if (type == OptionRow::Type::text) return std::nullopt;
  if (type == OptionRow::Type::pairs) {
    const auto* members = std::get_if<json5::Object>(&value.data);
    return members == nullptr ? std::nullopt : list_of(*members);
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value.data)) return fmt::format("{}", *real);
  return std::nullopt;
}

void take_member(ConfigFile& result, std::string_view path, const json5::Member& member) {
  const auto row = std::ranges::find(option_table(), member.key, &OptionRow::key);
  if (row == option_table().end()) {
    result.mistakes.push_back(unknown_key(path, member));
    return;
  }
  auto text = text_of(row->type, member.value);
  if (!text) {
    result.mistakes.push_back(fmt::format("{} ({}): expected {}, found {}", row->key, place(path, member.value.at),
                                          name_of(row->type), type_of(member.value)));
    return;
  }
  result.values[member.key] = {.value = std::move(*text), .source = place(path, member.value.at)};
}

/// The path that --config or CSPY_CONFIG names.
std::optional<std::string> named_file(const std::optional<std::string>& named, const Environment& environment) {
  if (named) return named;
  if (auto variable = environment(config_environment_name); variable && !variable->empty()) return variable;
  return std::nullopt;
}

std::string about(std::string_view path, std::string_view what) {
  return fmt::format("configuration file '{}': {}", printable(path, 200), what);
}

std::string absolute(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).string();
}

/// nullopt if there is no such file.
std::optional<ConfigFile> read_if_there(const std::string& path, ConfigPlace place) {
  FileAccess access;
  const auto text = read_file(path, limits::config_file_bytes_max, access);
  if (!text && text.error().code == Code::missing) return std::nullopt;
  if (!text) return ConfigFile{.mistakes = {about(path, text.error().message)}};
  const auto [doubt, refused] = trust_in(place, access, ::geteuid());
  if (refused) {
    return ConfigFile{.mistakes = {about(
                          absolute(path),
                          fmt::format("{}: give it to root or to the user of ContainerSpy, remove the write permission "
                                      "of others ('chmod go-w'), or name it with --config or {}",
                                      doubt, config_environment_name))}};
  }
  auto file = parse_config(*text, path);
  if (!doubt.empty())
    file.warnings.push_back(about(absolute(path), doubt + ": remove their write permission ('chmod go-w')"));
  file.path = absolute(path);
  return file;
}

}  // namespace

ConfigFile parse_config(std::string_view text, std::string_view path) {
  ConfigFile result;
  const auto root = json5::parse(text);
  if (!root) {
    result.mistakes.push_back(about(path, root.error().message));
    return result;
  }
  const auto* members = std::get_if<json5::Object>(&root->data);
  if (members == nullptr) {
    result.mistakes.push_back(about(path, fmt::format("expected an object, found {}", type_of(*root))));
    return result;
  }
  for (const auto& member : *members)
    take_member(result, path, member);
  return result;
}

ConfigPlace place_of(std::string_view candidate, std::string_view working_directory) {
  const bool of_root = candidate.starts_with('/') || working_directory == "/";
  return of_root ? ConfigPlace::chosen : ConfigPlace::working_directory;
}

ConfigTrust trust_in(ConfigPlace place, const FileAccess& access, std::uint32_t us) {
  const bool refused = place == ConfigPlace::working_directory;
  if ((access.mode & (S_IWGRP | S_IWOTH)) != 0)
    return {.doubt = fmt::format("other users can change it (mode {:04o})", access.mode), .refused = refused};
  if (refused && access.owner != 0 && access.owner != us)
    return {.doubt = fmt::format("user {}, who owns it, can change it", access.owner), .refused = true};
  return {};
}

ConfigFile read_config_file(const std::optional<std::string>& named, const Environment& environment) {
  if (const auto path = named_file(named, environment)) {
    if (auto file = read_if_there(*path, ConfigPlace::chosen)) return *std::move(file);
    return {.mistakes = {about(*path, std::generic_category().message(ENOENT))}};
  }
  std::error_code ignored;
  const auto working_directory = std::filesystem::current_path(ignored).string();
  for (const auto candidate : config_file_places()) {
    if (auto file = read_if_there(std::string{candidate}, place_of(candidate, working_directory)))
      return *std::move(file);
  }
  return {};
}

}  // namespace cspy::app
