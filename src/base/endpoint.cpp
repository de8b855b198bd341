#include "base/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/url.hpp"

namespace cspy {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::uint16_t docker_tcp_port = 2375;

std::string bracketed(std::string_view host) {
  return host.contains(':') ? fmt::format("[{}]", host) : std::string{host};
}

/// Characters of host names and addresses. A percent-encoded host is not valid.
bool is_host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-_.:"sv.contains(c);
}

/// Host, port and path of a URL. A user or password is an error: nothing would use them.
Result<Endpoint> from_url(const Url& url, Endpoint::Kind kind, std::uint16_t default_port) {
  if (url.has_user) return fail(Code::invalid, "a user name or password in the URL is not supported");
  if (url.has_fragment) return fail(Code::invalid, "a fragment ('#...') in the URL is not supported");
  if (url.host.empty()) return fail(Code::invalid, "the host is missing");
  if (!std::ranges::all_of(url.host, is_host_letter) || url.host.contains(':') != url.bracketed) {
    return fail(Code::invalid, "invalid host: expected a name of letters, digits, '-', '_' and '.', or an address");
  }
  std::uint16_t port = default_port;
  if (url.port && !url.port->empty()) {
    if (!std::ranges::all_of(*url.port, [](char c) { return c >= '0' && c <= '9'; }))
      return fail(Code::invalid, "the port is not a number");
    const auto [end, error] = std::from_chars(url.port->data(), url.port->data() + url.port->size(), port);
    if (error != std::errc{} || port == 0) return fail(Code::invalid, "the port must be between 1 and 65535");
  }
  return Endpoint{.kind = kind, .host = std::string{url.host}, .port = port, .path = std::string{url.path}};
}

[[nodiscard]] std::unexpected<Error> not_a_url() {
  return fail(Code::invalid, "not a URL: expected http://HOST[:PORT][/PATH]");
}

struct HttpUrl {
  Endpoint endpoint;
  std::string query;  ///< with its '?'
};

Result<HttpUrl> parse_http_url(std::string_view text) {
  const auto url = split_url(text);
  if (!url) return not_a_url();
  const bool tls = url->scheme == "https";
  if (!tls && url->scheme != "http") return fail(Code::invalid, "the scheme must be http or https");
  auto endpoint = from_url(*url, tls ? Endpoint::Kind::tls : Endpoint::Kind::tcp, tls ? 443 : 80);
  if (!endpoint) return std::unexpected{std::move(endpoint).error()};
  return HttpUrl{.endpoint = *std::move(endpoint), .query = std::string{url->query}};
}

Result<Endpoint> unix_endpoint(std::string_view path) {
  constexpr std::size_t sun_path_max = 107;  // sizeof(sockaddr_un::sun_path) less its terminator
  if (!path.starts_with('/')) return fail(Code::invalid, "the path of a unix socket must be absolute");
  if (path.size() > sun_path_max)
    return fail(Code::invalid, "the path of a unix socket must not be longer than 107 bytes");
  return Endpoint{.kind = Endpoint::Kind::unix_socket, .host = {}, .port = 0, .path = std::string{path}};
}

}  // namespace

std::string Endpoint::authority() const {
  if (kind == Kind::unix_socket) return "localhost";
  const std::uint16_t implied = kind == Kind::tls ? 443 : 80;
  return port == implied ? bracketed(host) : fmt::format("{}:{}", bracketed(host), port);
}

std::string Endpoint::text() const {
  if (kind == Kind::unix_socket) return path;
  if (kind == Kind::tcp && path.empty()) return fmt::format("tcp://{}:{}", bracketed(host), port);
  return without_query(url());
}

std::string Endpoint::url() const {
  return fmt::format("{}://{}{}", kind == Kind::tls ? "https" : "http", authority(), path);
}

Result<Endpoint> parse_engine_address(std::string_view text) {
  if (text.starts_with('/')) return unix_endpoint(text);
  if (text.starts_with("unix://")) return unix_endpoint(text.substr(7));
  if (text.starts_with("ssh://")) {
    return fail(Code::invalid, "ssh:// is not supported: forward the socket with 'ssh -L' and use the local socket");
  }
  if (text.starts_with("npipe://")) return fail(Code::invalid, "named pipes are not supported on this system");
  if (text.starts_with("https://")) return fail(Code::invalid, "an engine behind TLS is not supported");
  if (!text.starts_with("tcp://") && !text.starts_with("http://")) {
    return fail(Code::invalid, "expected a path, unix://PATH or tcp://HOST:PORT");
  }
  const auto url = split_url(text);
  if (!url) return fail(Code::invalid, "not a URL: expected tcp://HOST:PORT");
  auto endpoint = from_url(*url, Endpoint::Kind::tcp, docker_tcp_port);
  if (!endpoint) return endpoint;
  if (!endpoint->path.empty() && endpoint->path != "/")
    return fail(Code::invalid, "the address of an engine must not have a path");
  endpoint->path.clear();
  return endpoint;
}

Result<Endpoint> parse_otlp_endpoint(std::string_view text, OtlpPath path) {
  auto url = parse_http_url(text);
  if (!url) return std::unexpected{std::move(url).error()};
  auto& target = url->endpoint.path;
  switch (path) {
    case OtlpPath::add_if_missing:
      if (target.empty() || target == "/") target = "/v1/metrics";
      break;
    case OtlpPath::as_is:
      if (target.empty()) target = "/";
      break;
    case OtlpPath::append: target.append(target.ends_with('/') ? "v1/metrics" : "/v1/metrics"); break;
  }
  target.append(url->query);
  return std::move(url->endpoint);
}

Result<Endpoint> parse_grpc_endpoint(std::string_view text, bool insecure) {
  const auto with_scheme =
      text.contains("://") ? std::string{text} : (insecure ? "http://" : "https://") + std::string{text};
  auto url = parse_http_url(with_scheme);
  if (!url) return std::unexpected{std::move(url).error()};
  url->endpoint.path = "/";
  return std::move(url->endpoint);
}

}  // namespace cspy
