#include "json5/text.hpp"

#include <fmt/format.h>

namespace cspy::json5 {
bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

int hex_value(char32_t c) {
  if (is_digit(c)) return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return -1;
}

bool starts_identifier(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '$' || c == '_';
  return c != end_of_text && !is_space(c);
}

bool continues_identifier(char32_t c) {
  return starts_identifier(c) || is_digit(c);
}

bool ends_line(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

bool is_space(char32_t c) {
  if (c == ' ' || (c >= '\t' && c <= '\r')) return true;
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000 ||
         c == 0xFEFF || ends_line(c);
}

void append_utf8(std::string& out, char32_t c) {
  const auto byte = [&](char32_t value) { out.push_back(static_cast<char>(value)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6U);
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x1'0000) {
    byte(0xE0 | c >> 12U);
    byte(0x80 | (c >> 6U & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | c >> 18U);
    byte(0x80 | (c >> 12U & 0x3F));
    byte(0x80 | (c >> 6U & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

std::string name_of(char32_t c) {
  if (c == end_of_text) return "the end of the text";
  if (ends_line(c)) return "a line break";
  if (c < 0x20 || c == 0x7F) return fmt::format("U+{:04X}", static_cast<unsigned>(c));
  std::string text;
  append_utf8(text, c);
  return fmt::format("'{}'", text);
}

char32_t Cursor::next() {
  const auto [c, size] = decode();
  rest_.remove_prefix(size);
  if (c == end_of_text) return c;
  // CR LF is one line break, counted at the LF.
  const bool breaks = ends_line(c) && !(c == '\r' && rest_.starts_with('\n'));
  if (breaks) {
    ++position_.line;
    position_.column = 1;
  } else {
    ++position_.column;
  }
  return c;
}

bool Cursor::take(char32_t expected) {
  if (peek() != expected) return false;
  next();
  return true;
}

std::pair<char32_t, std::size_t> Cursor::decode() const {
  if (rest_.empty()) return {end_of_text, 0};
  const auto byte = [this](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(rest_[i])); };
  const char32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1F) << 6U | (byte(1) & 0x3F), 2};
  if (first < 0xF0) return {(first & 0x0F) << 12U | (byte(1) & 0x3F) << 6U | (byte(2) & 0x3F), 3};
  return {(first & 0x07) << 18U | (byte(1) & 0x3F) << 12U | (byte(2) & 0x3F) << 6U | (byte(3) & 0x3F), 4};
}

}  // namespace cspy::json5
