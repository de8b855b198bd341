// cAdvisor's command line: each line of the input is an argument. Nothing is lost, notes are bounded, and they show
// no value.
#include <algorithm>
#include <string>
#include <vector>

#include "app/cadvisor_command_line.hpp"
#include "app/cadvisor_flags.hpp"
#include "app/command_line.hpp"
#include "base/text.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cspy;
  const std::string text{text_of(data, size)};
  std::vector<std::string> words;
  for (const auto word : split(text, '\n'))
    words.emplace_back(word.substr(0, word.find('\0')));
  std::vector<const char*> arguments;
  arguments.reserve(words.size());
  for (const auto& word : words)
    arguments.push_back(word.c_str());

  const auto taken = app::take_cadvisor_flags(arguments);
  must(taken.others.size() + taken.unknown.size() <= words.size());
  must(taken.not_needed.size() + taken.warnings.size() <= app::cadvisor_flags().size() + 1);
  must(std::ranges::is_sorted(taken.not_needed));
  for (const auto& [key, given] : taken.settings)
    must(!key.empty() && given.source.starts_with("command line -"));

  // The whole command line, with a value that must not show.
  arguments.insert(arguments.begin(), "containerspy");
  arguments.push_back("-port=s3cr3t");
  const auto parsed = app::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
  if (text.contains("s3cr3t")) return 0;
  for (const auto& notes : {parsed.mistakes, parsed.warnings, parsed.not_needed}) {
    for (const auto& note : notes)
      must(!note.contains("s3cr3t"));
  }
  (void)app::go_duration_ms(text);
  (void)app::go_bool(text);
  return 0;
}
