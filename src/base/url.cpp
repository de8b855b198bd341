#include "base/url.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cspy {
namespace {

/// RFC 3986, appendix A: unreserved, gen-delims, sub-delims, and '%'.
bool may_stand_in_url(char c) {
  constexpr std::string_view others{"-._~:/?#[]@!$&'()*+,;=%"};
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.contains(c);
}

/// Removes the part before the first of `marks` from `text` and returns it.
std::string_view take_until(std::string_view& text, std::string_view marks) {
  const auto end = std::min(text.find_first_of(marks), text.size());
  const auto taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

bool split_authority(std::string_view authority, Url& url) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    url.has_user = true;
    authority.remove_prefix(at + 1);
  }
  url.bracketed = authority.starts_with('[');
  if (url.bracketed) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
  } else {
    url.host = take_until(authority, ":");
  }
  if (authority.empty()) return true;
  if (authority[0] != ':') return false;
  url.port = authority.substr(1);
  return true;
}

}  // namespace

std::optional<Url> split_url(std::string_view text) {
  if (!std::ranges::all_of(text, may_stand_in_url) || !percent_decoded(text)) return std::nullopt;
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) return std::nullopt;
  Url url;
  url.scheme = text.substr(0, scheme_end);
  text.remove_prefix(scheme_end + 3);
  const auto authority = take_until(text, "/?#");
  if (!split_authority(authority, url)) return std::nullopt;
  url.path = take_until(text, "?#");
  url.query = take_until(text, "#");
  url.has_fragment = !text.empty();
  return url;
}

std::string without_query(std::string_view url) {
  const auto end = url.find_first_of("?#");
  return std::string{url.substr(0, end)}.append(end == std::string_view::npos ? "" : "?***");
}

}  // namespace cspy
