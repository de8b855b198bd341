#include "host/cgroup_text.hpp"

#include "base/text.hpp"
#include "host/words.hpp"

namespace cspy::host {
Count parse_number(std::string_view word) {
  const auto number = to_number(word);
  return number ? Count{*number} : Count{};
}

Count parse_value(std::string_view text) {
  return parse_number(trimmed(text));
}

Count parse_limit(std::string_view text) {
  constexpr std::uint64_t shown_max = 1ULL << 62U;
  if (trimmed(text) == "max") return 0;
  const auto value = parse_value(text);
  return value && *value > shown_max ? Count{0} : value;
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_device(std::string_view word) {
  const auto colon = word.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto major = to_number<std::uint32_t>(word.substr(0, colon));
  const auto minor = to_number<std::uint32_t>(word.substr(colon + 1));
  if (!major || !minor) return std::nullopt;
  return std::pair{*major, *minor};
}

}  // namespace cspy::host
