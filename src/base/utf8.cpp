#include "base/utf8.hpp"

#include <algorithm>

namespace cspy {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool continues(std::string_view text, std::size_t i) {
  return i < text.size() && (byte_at(text, i) & 0xC0) == 0x80;
}

/// Length of the character at `i`, 0 if it is invalid (table 3-7 of the Unicode standard).
std::size_t character_length(std::string_view text, std::size_t i) {
  const unsigned first = byte_at(text, i);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !continues(text, i + 1)) return 0;
  if (first < 0xE0) return 2;
  const unsigned second = byte_at(text, i + 1);
  if (!continues(text, i + 2)) return 0;
  if (first < 0xF0) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  const bool overlong = first == 0xF0 && second < 0x90;
  const bool beyond = first == 0xF4 && second > 0x8F;
  return overlong || beyond || !continues(text, i + 3) ? 0 : 4;
}

/// The longest prefix of valid `text` that ends between two characters and within `bytes_max`.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && continues(text, end))
    --end;
  return text.substr(0, end);
}

}  // namespace

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto length = character_length(text, i);
    if (length == 0) break;
    i += length;
  }
  return i;
}

std::string repair_utf8(std::string_view text, std::size_t bytes_max) {
  // A replacement is never shorter than the byte it replaces, so later text cannot be in the result.
  text = text.substr(0, bytes_max + 4);
  std::string repaired;
  repaired.reserve(std::min(text.size(), bytes_max));
  while (!text.empty()) {
    const auto valid = valid_utf8_prefix(text);
    repaired.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (!text.empty()) {
      repaired.append("\xEF\xBF\xBD");
      text.remove_prefix(1);
    }
  }
  repaired.resize(cut(repaired, bytes_max).size());
  return repaired;
}

std::string printable(std::string_view text, std::size_t bytes_max) {
  auto line = repair_utf8(text, bytes_max);
  for (std::size_t i = 0; i < line.size(); i += character_length(line, i)) {
    if (byte_at(line, i) < 0x20 || line[i] == 0x7F) line[i] = '?';
    // Terminals interpret some of U+0080 to U+009F as commands.
    const bool c1 = byte_at(line, i) == 0xC2 && byte_at(line, i + 1) < 0xA0;
    if (c1) line.replace(i, 2, "?");
  }
  return line;
}

}  // namespace cspy
