// Which handler answers which path. Pure. No path is ever mapped to a file.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "serve/message.hpp"

namespace cspy::serve {

struct Route {
  std::string path;  ///< begins with "/", without the prefix
  Handler handler;
  bool open = false;  ///< answered without asking Authorize: health checks have no password
};

class Router {
 public:
  Router() = default;
  /// `prefix`: what every path begins with, as "/containerspy" behind a proxy. A slash at its end does not count.
  explicit Router(std::string_view prefix);

  void add(Route route) { routes_.push_back(std::move(route)); }

  /// Where a request goes: to a route, which is valid until add(), or to an answer of the router itself: 404, 405, or
  /// 308 from the prefix to the prefix with a slash. Takes the prefix off the path.
  [[nodiscard]] std::variant<const Route*, Response> find(Request& request) const;

 private:
  std::string prefix_;  ///< empty, or with a slash at its beginning and none at its end
  std::vector<Route> routes_;
};

}  // namespace cspy::serve
