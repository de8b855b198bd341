// Splits lines of kernel files into words at blanks, and parses the numbers among them. Pure. Copies nothing.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace cspy::host {

class Words {
 public:
  /// `line` must outlive this object.
  explicit Words(std::string_view line) : rest_{line} {}

  /// The next word; empty at the end.
  [[nodiscard]] std::string_view next() {
    static constexpr std::string_view blanks{" \t\r"};
    rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    const auto word = rest_.substr(0, rest_.find_first_of(blanks));
    rest_.remove_prefix(word.size());
    return word;
  }
  void skip(std::size_t words) {
    for (; words > 0; --words)
      (void)next();
  }

 private:
  std::string_view rest_;
};

/// The whole word as a number. nullopt for anything else, also for a sign before an unsigned number.
template<std::integral Number = std::uint64_t>
[[nodiscard]] std::optional<Number> to_number(std::string_view word, int base = 10) {
  Number number{};
  const auto* const end = word.data() + word.size();
  const auto [stopped, error] = std::from_chars(word.data(), end, number, base);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

/// Takes the first line off a text. An unfinished last line counts.
[[nodiscard]] inline std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// Calls `line` with each line of a text.
template<class Line>
void for_each_line(std::string_view text, Line&& line) {
  while (!text.empty())
    line(take_line(text));
}

}  // namespace cspy::host
