#include "base/proxy.hpp"

#include <algorithm>
#include <utility>

#include "base/base64.hpp"
#include "base/text.hpp"

namespace cspy {
namespace {

/// "Basic ..." for the "USER[:PASSWORD]" of a URL.
Result<std::string> authorization_of(std::string_view user_info) {
  const auto colon = std::min(user_info.find(':'), user_info.size());
  const auto user = percent_decoded(user_info.substr(0, colon));
  const auto password = percent_decoded(user_info.substr(std::min(colon + 1, user_info.size())));
  if (!user || !password) {
    return fail(Code::invalid, "the user name or password is not percent-encoded: write '%' as %25");
  }
  return "Basic " + encode_base64(*user + ":" + *password);
}

}  // namespace

Result<Proxy> parse_proxy(std::string_view text) {
  const auto separator = text.find("://");
  if (separator != std::string_view::npos) {
    const auto scheme = lowered(text.substr(0, separator));
    if (scheme == "https") return fail(Code::invalid, "TLS to the proxy (https://) is not supported");
    if (scheme.starts_with("socks")) return fail(Code::invalid, "SOCKS proxies are not supported");
    if (scheme != "http") return fail(Code::invalid, "the scheme must be http");
    text.remove_prefix(separator + 3);
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  Proxy proxy;
  const auto at = text.substr(0, text.find_first_of("/?#")).rfind('@');
  if (at != std::string_view::npos) {
    auto authorization = authorization_of(text.substr(0, at));
    if (!authorization) return std::unexpected{std::move(authorization).error()};
    proxy.authorization = std::move(*authorization);
    text.remove_prefix(at + 1);
  }
  // HOST[:PORT] is left, which the parser of URLs checks.
  if (text.find_first_of("/?#") != std::string_view::npos)
    return fail(Code::invalid, "the URL of a proxy must not have a path");
  auto endpoint = parse_otlp_endpoint("http://" + std::string{text});
  if (!endpoint) return std::unexpected{std::move(endpoint).error()};
  endpoint->path.clear();
  proxy.endpoint = std::move(*endpoint);
  return proxy;
}

}  // namespace cspy
