#include "base/signed_list.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy {

Result<std::vector<SignedWord>> parse_signed_list(std::string_view list, std::size_t text_bytes_max) {
  constexpr std::size_t quote_bytes = 20;
  std::vector<SignedWord> words;
  for (auto word : split(list, ',')) {
    word = trimmed(word);
    if (word.empty()) continue;
    const char sign = word.front();
    const bool takes_away = sign == '-' || sign == '!';
    const bool has_sign = takes_away || sign == '+';
    const auto text = has_sign ? trimmed(word.substr(1)) : word;
    if (text.empty()) return fail(Code::invalid, fmt::format("nothing follows '{}'", sign));
    if (text.size() > text_bytes_max) {
      return fail(Code::invalid,
                  fmt::format("'{}...' is longer than {} bytes", printable(text, quote_bytes), text_bytes_max));
    }
    words.push_back({.text = text, .take = !takes_away, .has_sign = has_sign});
  }
  return words;
}

}  // namespace cspy
