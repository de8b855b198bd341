#include "base/header_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace cspy {
namespace {

/// Header names are tokens (RFC 9110, section 5.6.2).
bool is_token(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return alphanumeric || std::string_view{"!#$%&'*+-.^_`|~"}.contains(c);
  });
}

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 14> reserved{
      "connection", "content-encoding",    "content-length",   "content-type", "expect",  "host",
      "keep-alive", "proxy-authorization", "proxy-connection", "te",           "trailer", "transfer-encoding",
      "upgrade",    "user-agent"};
  return std::ranges::find(reserved, name) != reserved.end() || name.starts_with("grpc-");
}

}  // namespace

Result<KeyValues> parse_headers(std::string_view text) {
  auto parsed = parse_key_values(text);
  if (!parsed) return parsed;
  KeyValues headers;
  for (auto& [given, value] : *parsed) {
    auto name = lowered(given);
    // The error does not show an invalid name, which may hold a secret: "Authorization: Bearer abc==" is all name.
    if (!is_token(name)) return fail(Code::invalid, "invalid header name: expected NAME=VALUE[,NAME=VALUE...]");
    if (is_reserved(name)) return fail(Code::invalid, fmt::format("ContainerSpy sets the header '{}' itself", name));
    if (!is_printable_ascii(value)) {
      return fail(Code::invalid,
                  fmt::format("the value of '{}' has characters that are not allowed in a header", name));
    }
    set(headers, std::move(name), std::move(value));
  }
  return headers;
}

}  // namespace cspy
