#include "otlp/remedy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy::otlp {
namespace {

constexpr std::string_view collector_path{"/v1/metrics"};
constexpr std::string_view prometheus_path{"/api/v1/otlp/v1/metrics"};
constexpr std::uint16_t prometheus_port = 9090;

std::string with_path(const Endpoint& endpoint, std::string_view path) {
  auto other = endpoint;
  other.path = path;
  return other.text();
}

/// Where the receiver's metrics probably are, when they are not where we asked.
std::string path_remedy(const Endpoint& endpoint) {
  const auto path = std::string_view{endpoint.path}.substr(0, endpoint.path.find('?'));
  const auto without_slash = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
  if (path.ends_with(prometheus_path)) {
    return "check the path of otlp_endpoint; Prometheus answers so unless it is started with "
           "--web.enable-otlp-receiver";
  }
  // Prometheus' guide named the base for a while where the whole path is needed; others have the same base and path.
  if (without_slash.ends_with("/otlp") || without_slash.ends_with("/opentelemetry")) {
    return fmt::format("check the path of otlp_endpoint: it should probably be {}",
                       with_path(endpoint, std::string{without_slash}.append(collector_path)));
  }
  if (endpoint.port == prometheus_port) {
    return fmt::format(
        "check the path of otlp_endpoint: Prometheus has it at {}, if it is started with "
        "--web.enable-otlp-receiver",
        with_path(endpoint, prometheus_path));
  }
  if (path == collector_path) {
    return "check the path of otlp_endpoint: Mimir has /otlp/v1/metrics, VictoriaMetrics /opentelemetry/v1/metrics, "
           "Prometheus /api/v1/otlp/v1/metrics (started with --web.enable-otlp-receiver)";
  }
  return fmt::format("check the path of otlp_endpoint: it should probably be {}", with_path(endpoint, collector_path));
}

std::string redirect_remedy(const Endpoint& endpoint, std::string_view location) {
  if (location.empty()) return {};
  const auto target = location.starts_with('/') ? with_path(endpoint, location) : std::string{location};
  return fmt::format("redirects are not followed: set otlp_endpoint to {}",
                     printable(target, limits::error_quote_bytes_max));
}

/// Whether Prometheus or one of its kind has refused samples for their time.
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
      return is_about_time(said) ? "let the receiver take samples out of order: out_of_order_time_window: 30m in "
                                   "Prometheus' storage.tsdb"
                                 : "";
    case 401:
    case 403: return "set otlp_headers or otlp_headers_file to credentials that the receiver accepts";
    case 404: return path_remedy(endpoint);
    case 405: return "the path of otlp_endpoint takes no POST: it is probably not an OTLP receiver's";
    case 407: return "check the user and password in the proxy's URL";
    case 413: return "raise the receiver's limit for request bodies";
    case 415: return "the receiver does not take this encoding: set otlp_protocol to another";
    default: return {};
  }
}

}  // namespace cspy::otlp
