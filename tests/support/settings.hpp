// Settings from texts, as the program makes them from its command line, environment and configuration file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line.hpp"
#include "app/config_file.hpp"
#include "app/resolve.hpp"

namespace cspy::test {

using Variables = std::map<std::string, std::string, std::less<>>;

inline app::Environment environment_of(const Variables& variables) {
  return [variables](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  };
}

inline app::CommandLine command_line(std::vector<const char*> words) {
  words.insert(words.begin(), "containerspy");
  return app::parse_command_line(static_cast<int>(words.size()), words.data());
}

inline app::Resolved resolve_all(const std::vector<const char*>& words, const Variables& variables,
                                 std::string_view file = "{}") {
  return app::resolve(command_line(words).values, environment_of(variables), app::parse_config(file, "c.json").values);
}

}  // namespace cspy::test
