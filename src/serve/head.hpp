// The header of an answer. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "serve/message.hpp"

namespace cspy::serve {

/// How the client finds the end of a body.
enum class Framing : std::uint8_t {
  none,         ///< there is no body, whatever the header says: 204, 304
  length,       ///< Content-Length
  chunked,      ///< Transfer-Encoding: chunked
  until_close,  ///< HTTP/1.0: the end of the connection
};

/// How one answer is sent.
struct Delivery {
  Framing framing = Framing::length;
  bool gzip = false;
  bool body = true;         ///< false for HEAD
  bool keep_alive = false;  ///< another request may follow
};

/// Decides how to answer the request. `may_compress`: there is memory for another compressor. `may_keep`: the server
/// has time for another request.
[[nodiscard]] Delivery delivery_of(const Request& request, const Response& response, bool may_compress, bool may_keep);

/// Appends the status line and the headers, with the empty line. Every answer has `X-Content-Type-Options: nosniff` and
/// `Cache-Control: no-store`, unless the response has a header of that name.
void append_head(std::string& out, const Request& request, const Response& response, const Delivery& delivery,
                 UnixNanos now);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
[[nodiscard]] std::string http_date(UnixNanos instant);

}  // namespace cspy::serve
