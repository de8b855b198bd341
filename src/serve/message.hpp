// What a handler gets and what it returns.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/task.hpp"

namespace cspy::serve {

enum class Method : std::uint8_t { get, head, other };

/// A request without its body, which is never read.
struct Request {
  Method method = Method::get;
  bool http_1_0 = false;
  bool keep_alive = true;  ///< the client wants to send another request
  std::string path;        ///< with its escapes; a handler gets it without the prefix of the router
  std::string query = {};  ///< after the question mark
  std::string accept = {};
  std::string accept_encoding = {};
  std::string authorization = {};
  /// X-Prometheus-Scrape-Timeout-Seconds: when the client gives up, from now. Positive.
  std::optional<std::chrono::milliseconds> scrape_timeout = {};
};

/// Appends the next piece of a body to `piece`, which is empty. Returns false with the last piece, which may be empty.
/// A piece should have at most limits::serve_piece_bytes or a little more: the server sends one before it asks for the
/// next.
using Source = std::move_only_function<bool(std::string& piece)>;

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< further ones; no control characters
  std::string body = {};
  Source source = nullptr;  ///< if set, it makes the body, and `body` is ignored
};

/// Answers GET and HEAD. For HEAD the body is not sent, and `source` is not called. It must end within
/// limits::serve_answer_time_max by itself: then the connection is closed.
using Handler = std::function<net::Task<Response>(Request)>;

/// Decides whether a request may go on to its handler. nullopt: it may. Otherwise the answer: see unauthorized().
using Authorize = std::function<net::Task<std::optional<Response>>(Request)>;

/// A short answer for people: "404 Not Found: nothing is here".
[[nodiscard]] Response plain_response(unsigned status, std::string_view why);

/// 401, which asks a browser for the name and the password of a user.
[[nodiscard]] Response unauthorized(std::string_view realm);

/// "Not Found" for 404; "Unknown" for a status that the server does not know.
[[nodiscard]] std::string_view reason_of(unsigned status);

}  // namespace cspy::serve
