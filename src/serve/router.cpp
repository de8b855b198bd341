#include "serve/router.hpp"

#include <algorithm>

namespace cspy::serve {

Router::Router(std::string_view prefix) {
  while (prefix.ends_with('/'))
    prefix.remove_suffix(1);
  while (prefix.starts_with('/'))
    prefix.remove_prefix(1);
  if (!prefix.empty()) prefix_ = "/" + std::string{prefix};
}

std::variant<const Route*, Response> Router::find(Request& request) const {
  const bool readable = request.method != Method::other;
  // Relative links of a page work only below the slash.
  if (readable && !prefix_.empty() && request.path == prefix_) {
    auto response = plain_response(308, "the page has a slash at its end");
    response.headers.emplace_back("Location", prefix_ + "/");
    return response;
  }
  const bool below = request.path.starts_with(prefix_);
  const auto path = below ? std::string_view{request.path}.substr(prefix_.size()) : std::string_view{};
  const auto found = std::ranges::find(routes_, path, &Route::path);
  if (found == routes_.end()) return plain_response(404, "nothing is here");
  if (!readable) {
    auto response = plain_response(405, "only GET and HEAD are allowed");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  request.path.erase(0, prefix_.size());
  return &*found;
}

}  // namespace cspy::serve
