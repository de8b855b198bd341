#include "serve/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cspy::serve {
namespace {

struct Reason {
  unsigned status;
  std::string_view text;
};

constexpr std::array reasons{
    Reason{200, "OK"},
    Reason{204, "No Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{304, "Not Modified"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{408, "Request Timeout"},
    Reason{411, "Length Required"},
    Reason{413, "Content Too Large"},
    Reason{417, "Expectation Failed"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
};

}  // namespace

std::string_view reason_of(unsigned status) {
  const auto* const found = std::ranges::find(reasons, status, &Reason::status);
  return found == reasons.end() ? "Unknown" : found->text;
}

Response plain_response(unsigned status, std::string_view why) {
  return {.status = status, .body = fmt::format("{} {}: {}\n", status, reason_of(status), why)};
}

Response unauthorized(std::string_view realm) {
  auto response = plain_response(401, "this page needs the name and the password of a user");
  response.headers.emplace_back("WWW-Authenticate", fmt::format("Basic realm=\"{}\", charset=\"UTF-8\"", realm));
  return response;
}

}  // namespace cspy::serve
