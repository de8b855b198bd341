#include "base/key_values.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy {
namespace {

constexpr std::size_t key_bytes_max = 255;

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
    if (entry.empty()) continue;  // "a=1,,b=2" and a trailing comma are common and harmless
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos) {
      return fail(Code::invalid, fmt::format("entry {} has no '=': expected KEY=VALUE[,KEY=VALUE...]", number));
    }
    const auto key = percent_decoded(trimmed(entry.substr(0, equals)));
    if (!key || key->empty() || key->size() > key_bytes_max || valid_utf8_prefix(*key) != key->size()) {
      return fail(Code::invalid, fmt::format("entry {} has an invalid key: expected KEY=VALUE[,KEY=VALUE...]", number));
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

}  // namespace cspy
