#include "serve/text_format.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <variant>

#include "base/utf8.hpp"
#include "metrics/labels.hpp"

namespace cspy::serve {
namespace {

bool is_plain(char c) {
  return static_cast<unsigned char>(c) < 0x80 && c != '\\' && c != '"' && c != '\n';
}

/// Whether all eight bytes are plain.
bool all_plain(std::uint64_t bytes) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  const auto zeros = [](std::uint64_t x) { return (x - ones) & ~x; };
  const auto equal = [&](char c) { return zeros(bytes ^ ones * static_cast<unsigned char>(c)); };
  return ((bytes | equal('\\') | equal('"') | equal('\n')) & ones * 0x80) == 0;
}

/// Length of the longest prefix that is its own text in a label's value. Almost every value is plain, so this looks at
/// eight bytes at a time.
std::size_t plain_prefix(std::string_view value) {
  std::size_t i = 0;
  for (std::uint64_t bytes = 0; i + sizeof bytes <= value.size(); i += sizeof bytes) {
    std::memcpy(&bytes, value.data() + i, sizeof bytes);
    if (!all_plain(bytes)) break;
  }
  while (i < value.size() && is_plain(value[i]))
    ++i;
  return i;
}

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr auto name_characters = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"})
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_name_character(char c) {
  return name_characters[static_cast<unsigned char>(c)];
}

void append_repaired(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto valid = valid_utf8_prefix(text);
    out.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (text.empty()) return;
    out.append("\xEF\xBF\xBD");
    text.remove_prefix(1);
  }
}

/// In a help text, a quote is not escaped.
void append_help(std::string& out, std::string_view help) {
  for (const char c : help) {
    if (c == '\\') {
      out.append("\\\\");
    } else if (c == '\n') {
      out.append("\\n");
    } else {
      out.push_back(c);
    }
  }
}

char* write_double(char* to, double value) {
  if (std::isnan(value)) return std::ranges::copy(std::string_view{"NaN"}, to).out;
  if (std::isinf(value)) return std::ranges::copy(std::string_view{value > 0 ? "+Inf" : "-Inf"}, to).out;
  return fmt::format_to(to, FMT_COMPILE("{}"), value);
}

}  // namespace

bool is_label_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) && name.front() != '_' &&
         std::ranges::all_of(name, is_name_character);
}

std::string label_name_of(std::string_view name) {
  auto legal = metrics::label_name("", name);
  if (legal.empty() || legal.starts_with("__")) return {};
  if (is_digit(legal.front())) return "key_" + legal;
  if (legal.front() == '_') return "key" + legal;
  return legal;
}

void append_label_value(std::string& out, std::string_view value) {
  while (true) {
    const auto plain = plain_prefix(value);
    out.append(value.substr(0, plain));
    value.remove_prefix(plain);
    if (value.empty()) return;
    std::size_t taken = 1;
    switch (value.front()) {
      case '\\': out.append("\\\\"); break;
      case '"': out.append("\\\""); break;
      case '\n': out.append("\\n"); break;
      default:
        taken = static_cast<std::size_t>(std::ranges::find_if(value, is_ascii) - value.begin());
        append_repaired(out, value.substr(0, taken));
    }
    value.remove_prefix(taken);
  }
}

void append_header(std::string& out, std::string_view name, std::string_view help, metrics::Kind kind) {
  out.append("# HELP ").append(name).push_back(' ');
  append_help(out, help);
  out.append("\n# TYPE ").append(name).append(kind == metrics::Kind::counter ? " counter\n" : " gauge\n");
}

char* write_value(char* to, metrics::Number value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  to = whole != nullptr ? std::to_chars(to, to + value_space, *whole).ptr : write_double(to, std::get<double>(value));
  *to++ = '\n';
  return to;
}

}  // namespace cspy::serve
