#include "otlp/remedy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy::otlp {
namespace {

constexpr std::string_view default_path{"/v1/metrics"};
constexpr std::string_view prometheus_path{"/api/v1/otlp/v1/metrics"};
constexpr std::uint16_t prometheus_port = 9090;

std::string with_path(const Endpoint& endpoint, std::string_view path) {
  auto other = endpoint;
  other.path = path;
  return other.text();
}

/// The probable path of the receiver, after the requested one was not found.
std::string path_remedy(const Endpoint& endpoint) {
  const auto path = std::string_view{endpoint.path}.substr(0, endpoint.path.find('?'));
  const auto without_slash = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
  if (path.ends_with(prometheus_path)) {
    return "check the path of otlp_endpoint; Prometheus needs the flag --web.enable-otlp-receiver";
  }
  // Older versions of the Prometheus guide gave only the base of the path. Other receivers have the same base and path.
  if (without_slash.ends_with("/otlp") || without_slash.ends_with("/opentelemetry")) {
    return fmt::format("check the path of otlp_endpoint: it should probably be {}",
                       with_path(endpoint, std::string{without_slash}.append(default_path)));
  }
  if (endpoint.port == prometheus_port) {
    return fmt::format(
        "check the path of otlp_endpoint: Prometheus expects {} and needs the flag --web.enable-otlp-receiver",
        with_path(endpoint, prometheus_path));
  }
  if (path == default_path) {
    return "check the path of otlp_endpoint: Mimir expects /otlp/v1/metrics, VictoriaMetrics "
           "/opentelemetry/v1/metrics, Prometheus /api/v1/otlp/v1/metrics (with the flag --web.enable-otlp-receiver)";
  }
  return fmt::format("check the path of otlp_endpoint: it should probably be {}", with_path(endpoint, default_path));
}

std::string redirect_remedy(const Endpoint& endpoint, std::string_view location) {
  if (location.empty()) return {};
  const auto target = location.starts_with('/') ? with_path(endpoint, location) : std::string{location};
  return fmt::format("redirects are not followed: set otlp_endpoint to {}",
                     printable(target, limits::error_quote_bytes_max));
}

/// Whether a receiver such as Prometheus has refused samples because of their time.
bool is_about_time(std::string_view said) {
  constexpr std::array<std::string_view, 5> complaints{"out of order", "out-of-order", "too old", "out of bounds",
                                                       "duplicate"};
  const auto text = lowered(said);
  return std::ranges::any_of(complaints, [&](std::string_view complaint) { return text.contains(complaint); });
}

}  // namespace

std::string http_remedy(const Endpoint& endpoint, unsigned status, std::string_view said, std::string_view location) {
  if (status / 100 == 3) return redirect_remedy(endpoint, location);
  switch (status) {
    case 400:
      return is_about_time(said) ? "let the receiver accept out-of-order samples; in Prometheus, set "
                                   "out_of_order_time_window: 30m under storage.tsdb"
                                 : "";
    case 401:
    case 403: return "set otlp_headers or otlp_headers_file to credentials that the receiver accepts";
    case 404: return path_remedy(endpoint);
    case 405: return "check otlp_endpoint: its path does not accept POST, so it is probably not an OTLP receiver";
    case 407: return "check the user and password in the URL of the proxy";
    case 413: return "raise the limit for request bodies at the receiver";
    case 415: return "set otlp_protocol to another value: the receiver does not accept this encoding";
    default: return {};
  }
}

}  // namespace cspy::otlp
