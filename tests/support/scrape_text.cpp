#include "tests/support/scrape_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <regex>
#include <set>
#include <utility>

#include "base/utf8.hpp"

namespace cspy::test {
namespace {

std::unexpected<Error> malformed(std::string_view what, std::string_view line) {
  return fail(Code::malformed, fmt::format("{}: {}", what, line));
}

std::optional<std::string> unescaped(std::string_view text, bool quotes) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      result.push_back(text[i]);
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] == 'n') {
      result.push_back('\n');
    } else if (text[i] == '\\' || (quotes && text[i] == '"')) {
      result.push_back(text[i]);
    } else {
      return std::nullopt;
    }
  }
  return result;
}

/// The end of the quoted text that begins at `from`: the place of its closing quote.
std::size_t closing_quote(std::string_view line, std::size_t from) {
  while (from < line.size() && line[from] != '"')
    from += line[from] == '\\' ? 2 : 1;
  return from;
}

/// Parses `{a="x",b="y"}` at the beginning of `rest` and takes it off.
Result<void> take_labels(std::string_view& rest, ScrapedSample& sample) {
  static const std::regex name_format{"[a-zA-Z_][a-zA-Z0-9_]*"};
  const auto line = rest;
  do {
    rest.remove_prefix(1);
    const auto equals = rest.find("=\"");
    if (equals == std::string_view::npos) return malformed("a label without a value", line);
    const std::string name{rest.substr(0, equals)};
    const auto end = closing_quote(rest, equals + 2);
    if (end + 1 >= rest.size()) return malformed("a label that does not end", line);
    const auto value = unescaped(rest.substr(equals + 2, end - equals - 2), true);
    if (!std::regex_match(name, name_format) || name.starts_with("__")) return malformed("an illegal label", line);
    if (!value || value->empty()) return malformed("an empty or badly escaped label", line);
    if (!sample.labels.emplace(name, *value).second) return malformed("a label twice", line);
    rest.remove_prefix(end + 1);
  } while (rest.front() == ',');
  if (!rest.starts_with('}')) return malformed("no closing brace", line);
  rest.remove_prefix(1);
  return {};
}

Result<ScrapedSample> parse_sample(std::string_view line, std::string_view name) {
  static const std::regex value_format{R"re(NaN|[+-]Inf|-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?)re"};
  ScrapedSample sample;
  auto rest = line.substr(name.size());
  if (rest.starts_with('{')) {
    if (auto taken = take_labels(rest, sample); !taken) return std::unexpected{std::move(taken).error()};
  }
  if (!rest.starts_with(' ')) return malformed("no space before the value", line);
  sample.value = rest.substr(1);
  if (!std::regex_match(sample.value, value_format)) return malformed("not one number", line);
  return sample;
}

/// What follows `beginning` and a space.
std::optional<std::string_view> after(std::string_view line, const std::string& beginning) {
  if (!line.starts_with(beginning + ' ')) return std::nullopt;
  return line.substr(beginning.size() + 1);
}

}  // namespace

Result<std::vector<ScrapedFamily>> parse_scrape(std::string_view text) {
  if (valid_utf8_prefix(text) != text.size()) return malformed("not UTF-8", "the text");
  std::vector<ScrapedFamily> families;
  std::set<std::map<std::string, std::string>> seen;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return malformed("a line without an end", text);
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (const auto help = after(line, "# HELP")) {
      if (!families.empty() && families.back().samples.empty()) return malformed("no sample before", line);
      auto& family = families.emplace_back();
      family.name = help->substr(0, help->find(' '));
      const auto words = unescaped(help->substr(std::min(help->size(), family.name.size() + 1)), false);
      if (!words) return malformed("a bad escape", line);
      family.help = *words;
      seen.clear();
      if (families.size() > 1 && families[families.size() - 2].name >= family.name) return malformed("order", line);
      continue;
    }
    if (families.empty()) return malformed("a sample without a family", line);
    auto& family = families.back();
    if (const auto type = after(line, "# TYPE " + family.name)) {
      if (!family.type.empty() || !family.samples.empty()) return malformed("TYPE", line);
      family.type = *type;
      continue;
    }
    if (family.type != "counter" && family.type != "gauge") return malformed("no type before", line);
    if (!line.starts_with(family.name)) return malformed("a sample of another family", line);
    auto sample = parse_sample(line, family.name);
    if (!sample) return std::unexpected{std::move(sample).error()};
    if (!seen.insert(sample->labels).second) return malformed("a series twice", line);
    family.samples.push_back(*std::move(sample));
  }
  if (!families.empty() && families.back().samples.empty()) return malformed("no sample", families.back().name);
  return families;
}

}  // namespace cspy::test
