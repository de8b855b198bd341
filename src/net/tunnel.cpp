#include "net/tunnel.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace cspy::net {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string proxy_name(const Proxy& proxy) {
  return fmt::format("the proxy http://{}", proxy.endpoint.authority());
}

std::string tunnel_request(const Proxy& proxy, const Endpoint& peer) {
  const bool address6 = peer.host.contains(':');
  // Unlike a Host header, CONNECT always needs the port: no scheme implies it.
  const auto target = fmt::format("{}{}{}:{}", address6 ? "[" : "", peer.host, address6 ? "]" : "", peer.port);
  auto text = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", target);
  if (!proxy.authorization.empty()) text.append("Proxy-Authorization: ").append(proxy.authorization).append("\r\n");
  return text.append("\r\n");
}

Result<void> read_tunnel_answer(const Proxy& proxy, std::string_view header) {
  // "HTTP/1.1 200 Connection established"
  constexpr std::string_view version{"HTTP/1."};
  const auto line = header.substr(0, header.find_first_of("\r\n"));
  const auto code = line.size() >= 12 ? line.substr(9, 3) : std::string_view{};
  if (code.empty() || !line.starts_with(version) || line[8] != ' ' || !std::ranges::all_of(code, is_digit) ||
      (line.size() > 12 && line[12] != ' ')) {
    return std::unexpected{Error{Code::refused,
                                 fmt::format("{} did not answer CONNECT with HTTP: '{}'", proxy_name(proxy),
                                             printable(line, limits::error_quote_bytes_max)),
                                 "check the address of the proxy"}};
  }
  if (code.starts_with('2')) return {};
  const bool credentials = code == "407";
  return std::unexpected{Error{credentials ? Code::forbidden : Code::refused,
                               fmt::format("{} answered CONNECT with {}", proxy_name(proxy),
                                           printable(line.substr(9), limits::error_quote_bytes_max)),
                               credentials ? "check the user and password in the URL of the proxy"
                                           : "allow the proxy to connect to the host and port of otlp_endpoint"}};
}

}  // namespace cspy::net
