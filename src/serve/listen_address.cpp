#include "serve/listen_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace cspy::serve {
namespace {

constexpr std::string_view forms = "write :PORT, ADDRESS:PORT, [IPV6]:PORT or unix:PATH";
constexpr std::size_t path_bytes = sizeof(sockaddr_un::sun_path) - 1;

std::unexpected<Error> invalid(std::string_view text, std::string_view why, std::string_view remedy = forms) {
  return std::unexpected{
      Error{Code::invalid, fmt::format("cannot listen at '{}': {}", text, why), std::string{remedy}}};
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, port);
  if (text.empty() || error != std::errc{} || at != end) return std::nullopt;
  return port;
}

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

Result<ListenAddress> parse_unix(std::string_view text) {
  auto path = text.substr(std::string_view{"unix:"}.size());
  if (path.starts_with("//")) path.remove_prefix(2);
  if (path.empty()) return invalid(text, "the path is missing", "write unix:PATH");
  if (path.size() > path_bytes) {
    return invalid(text, fmt::format("the path of a unix socket has at most {} bytes", path_bytes),
                   "choose a shorter path");
  }
  return ListenAddress{.host = {}, .path = std::string{path}};
}

}  // namespace

std::string ListenAddress::text() const {
  if (is_unix()) return "unix:" + path;
  return host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  text = trimmed(text);
  const bool printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c != '\x7f'; });
  if (text.empty()) return invalid(text, "the address is empty");
  if (!printable) return invalid("...", "the address has control characters");
  if (text.starts_with("unix:")) return parse_unix(text);
  if (text.contains("://")) return invalid(text, "this is a URL");
  if (text.contains('/')) return invalid(text, "this is neither an address nor a port", "write unix:PATH for a socket");
  if (const auto port = port_of(text)) return ListenAddress{.host = {}, .port = *port};

  const auto colon = text.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : port_of(text.substr(colon + 1));
  if (!port) return invalid(text, "the port is missing or is not a number from 0 to 65535");
  std::string host{text.substr(0, colon)};
  if (host.empty() || host == "*") return ListenAddress{.host = {}, .port = *port};
  if (host == "localhost") return ListenAddress{.host = "127.0.0.1", .port = *port};
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (is_ipv6(host)) return ListenAddress{.host = std::move(host), .port = *port};
  } else {
    if (is_ipv4(host)) return ListenAddress{.host = std::move(host), .port = *port};
    if (is_ipv6(host))
      return invalid(text, "an IPv6 address needs brackets", fmt::format("write [{}]:{}", host, *port));
  }
  return invalid(text, fmt::format("'{}' is not an IP address", host),
                 "write an IP address of this machine, or :PORT for all of them");
}

}  // namespace cspy::serve
