#include "serve/head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <string_view>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "serve/accept_encoding.hpp"

namespace cspy::serve {
namespace {

constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [&](const auto& header) { return lowered(header.first) == name; });
}

/// Whether a client that accepts gzip gets this body compressed.
bool is_compressible(const Response& response) {
  return (response.source || response.body.size() >= limits::serve_gzip_bytes_min) &&
         !has_header(response, "content-encoding");
}

}  // namespace

Delivery delivery_of(const Request& request, const Response& response, bool may_compress, bool may_keep) {
  Delivery delivery{.body = request.method != Method::head, .keep_alive = may_keep && request.keep_alive};
  if (response.status == 204 || response.status == 304) {
    delivery.framing = Framing::none;
    delivery.body = false;
    return delivery;
  }
  delivery.gzip = may_compress && is_compressible(response) && prefers_gzip(request.accept_encoding);
  if (response.source || delivery.gzip) delivery.framing = request.http_1_0 ? Framing::until_close : Framing::chunked;
  if (delivery.framing == Framing::until_close && delivery.body) delivery.keep_alive = false;
  return delivery;
}

void append_head(std::string& out, const Request& request, const Response& response, const Delivery& delivery,
                 UnixNanos now) {
  const auto at = std::back_inserter(out);
  fmt::format_to(at, "HTTP/1.1 {} {}\r\nServer: containerspy\r\nDate: {}\r\n", response.status,
                 reason_of(response.status), http_date(now));
  if (delivery.framing != Framing::none) fmt::format_to(at, "Content-Type: {}\r\n", response.content_type);
  if (delivery.framing == Framing::length) fmt::format_to(at, "Content-Length: {}\r\n", response.body.size());
  if (delivery.framing == Framing::chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (delivery.gzip) out.append("Content-Encoding: gzip\r\n");
  if (is_compressible(response)) out.append("Vary: Accept-Encoding\r\n");
  if (!has_header(response, "x-content-type-options")) out.append("X-Content-Type-Options: nosniff\r\n");
  if (!has_header(response, "cache-control")) out.append("Cache-Control: no-store\r\n");
  for (const auto& [name, value] : response.headers)
    fmt::format_to(at, "{}: {}\r\n", name, value);
  if (!delivery.keep_alive) out.append("Connection: close\r\n");
  if (delivery.keep_alive && request.http_1_0) out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

std::string http_date(UnixNanos instant) {
  using namespace std::chrono;
  const sys_seconds second{seconds{instant / nanos_per_second}};
  const auto day = floor<days>(second);
  const year_month_day date{day};
  const hh_mm_ss time{second - day};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", weekdays[weekday{day}.c_encoding()],
                     unsigned{date.day()}, months[unsigned{date.month()} - 1], int{date.year()}, time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

}  // namespace cspy::serve
