#include "base/key_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy {
namespace {

constexpr std::size_t key_bytes_max = 255;

/// RFC 9110's token, of which header names are made.
bool is_token(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return alphanumeric || std::string_view{"!#$%&'*+-.^_`|~"}.contains(c);
  });
}

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 14> ours{
      "connection", "content-encoding",    "content-length",   "content-type", "expect",  "host",
      "keep-alive", "proxy-authorization", "proxy-connection", "te",           "trailer", "transfer-encoding",
      "upgrade",    "user-agent"};
  return std::ranges::find(ours, name) != ours.end() || name.starts_with("grpc-");
}

}  // namespace

void set(KeyValues& values, std::string key, std::string value) {
  const auto found = std::ranges::find(values, key, &KeyValues::value_type::first);
  if (found == values.end()) {
    values.emplace_back(std::move(key), std::move(value));
  } else {
    found->second = std::move(value);
  }
}

Result<KeyValues> parse_key_values(std::string_view text) {
  KeyValues values;
  int number = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto entry = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    ++number;
    if (entry.empty()) continue;  // "a=1,,b=2" and a comma at the end are common and harmless
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos) {
      return fail(Code::invalid, fmt::format("entry {} has no '=': expected KEY=VALUE[,KEY=VALUE...]", number));
    }
    const auto key = percent_decoded(trimmed(entry.substr(0, equals)));
    if (!key || key->empty() || key->size() > key_bytes_max || valid_utf8_prefix(*key) != key->size()) {
      return fail(Code::invalid, fmt::format("entry {} has no usable key: expected KEY=VALUE[,KEY=VALUE...]", number));
    }
    auto value = percent_decoded(trimmed(entry.substr(equals + 1)));
    if (!value || valid_utf8_prefix(*value) != value->size()) {
      return fail(Code::invalid,
                  fmt::format("the value of entry {} is not percent-encoded UTF-8: write '%' as %25", number));
    }
    set(values, *key, *std::move(value));
  }
  return values;
}

Result<KeyValues> parse_headers(std::string_view text) {
  auto parsed = parse_key_values(text);
  if (!parsed) return parsed;
  KeyValues headers;
  for (auto& [given, value] : *parsed) {
    auto name = lowered(given);
    // What stands there may be the secret itself: "Authorization: Bearer abc==" is all name up to the first '='.
    if (!is_token(name)) return fail(Code::invalid, "a header's name is none: expected NAME=VALUE[,NAME=VALUE...]");
    if (is_ours(name)) return fail(Code::invalid, fmt::format("the header '{}' is set by the program itself", name));
    if (!is_printable_ascii(value)) {
      return fail(Code::invalid, fmt::format("the value of '{}' has characters that a header may not have", name));
    }
    set(headers, std::move(name), std::move(value));
  }
  return headers;
}

}  // namespace cspy
