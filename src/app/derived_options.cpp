#include "app/derived_options.hpp"

#include <array>
#include <utility>

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/no_proxy.hpp"

namespace cspy::app {
namespace {

Result<Endpoint> endpoint_of(const Options& options) {
  if (options.otlp_protocol == OtlpProtocol::grpc) {
    const auto& text = options.otlp_endpoint_text;
    return parse_grpc_endpoint(text.empty() ? "http://localhost:4317" : text, options.otlp_insecure);
  }
  if (options.otlp_endpoint_text.empty()) return parse_otlp_endpoint("http://localhost:4318");
  return parse_otlp_endpoint(options.otlp_endpoint_text, options.otlp_endpoint_path);
}

/// Whether a text that is not a valid endpoint asks for TLS.
bool asks_for_tls(const Options& options) {
  const std::string_view text{options.otlp_endpoint_text};
  if (options.otlp_protocol == OtlpProtocol::grpc && !text.contains("://")) return !options.otlp_insecure;
  return text.starts_with("https://");
}

struct ProxySetting {
  std::string_view key;
  const std::string& text;
  Endpoint::Kind kind;  ///< of the endpoints that it is for
};

void choose_proxy(Options& options, Derived& derived) {
  const std::array<ProxySetting, 2> settings{{{"https_proxy", options.https_proxy, Endpoint::Kind::tls},
                                              {"http_proxy", options.http_proxy, Endpoint::Kind::tcp}}};
  const bool bypassed = bypasses_proxy(options.otlp_endpoint, options.no_proxy);
  for (const auto& [key, text, kind] : settings) {
    if (text.empty()) continue;
    const bool used = !bypassed && kind == options.otlp_endpoint.kind;
    auto proxy = parse_proxy(text);
    if (!proxy) {
      (used ? derived.mistakes : derived.unused).emplace_back(key, std::move(proxy).error());
    } else if (used) {
      options.proxy = *std::move(proxy);
    }
  }
}

void check_file(std::string_view key, const std::string& path, WrongOptions& wrong) {
  if (path.empty()) return;
  const auto content = read_file(path, limits::config_file_bytes_max);
  if (!content) wrong.emplace_back(key, content.error());
}

void check_tls(const Options& options, WrongOptions& wrong) {
  if (!options.otlp_client_key.empty() && options.otlp_client_certificate.empty()) {
    wrong.emplace_back("otlp_client_key",
                       Error{Code::invalid, "a key needs a certificate: set otlp_client_certificate"});
  }
  check_file("otlp_certificate", options.otlp_certificate, wrong);
  check_file("otlp_client_certificate", options.otlp_client_certificate, wrong);
  check_file("otlp_client_key", options.otlp_client_key, wrong);
}

void check_listen(const Options& options, WrongOptions& wrong) {
  if (options.listen_certificate.empty() && !options.listen_key.empty())
    wrong.emplace_back("listen_key", Error{Code::invalid, "a key needs a certificate: set listen_certificate"});
  if (options.listen_certificate.empty() && !options.listen_client_ca.empty()) {
    wrong.emplace_back("listen_client_ca",
                       Error{Code::invalid, "clients show certificates only with TLS: set listen_certificate"});
  }
  check_file("listen_certificate", options.listen_certificate, wrong);
  check_file("listen_key", options.listen_key, wrong);
  check_file("listen_client_ca", options.listen_client_ca, wrong);
}

}  // namespace

Derived derive_options(Options& options) {
  Derived derived;
  // Sockets that systemd passes are not in the settings, so a unit sets otlp_endpoint to none.
  const bool off = options.otlp_endpoint_text == "none";
  options.push = !off && (options.listen.empty() || !options.otlp_endpoint_text.empty());
  check_listen(options, options.listen.empty() && !off ? derived.unused : derived.mistakes);
  if (off) options.otlp_endpoint_text.clear();
  check_file("otlp_headers_file", options.otlp_headers_file, options.push ? derived.mistakes : derived.unused);
  auto endpoint = endpoint_of(options);
  const bool tls = endpoint ? endpoint->kind == Endpoint::Kind::tls : asks_for_tls(options);
  if (endpoint) {
    options.otlp_endpoint = *std::move(endpoint);
    choose_proxy(options, derived);
  } else {
    // Without its host it is not known which proxy it uses.
    derived.mistakes.emplace_back("otlp_endpoint", std::move(endpoint).error());
  }
  check_tls(options, tls && options.push ? derived.mistakes : derived.unused);
  return derived;
}

}  // namespace cspy::app
