#include "app/derived_options.hpp"

#include <array>
#include <utility>

#include "base/file.hpp"
#include "base/limits.hpp"

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

}  // namespace

std::vector<std::pair<std::string_view, Error>> derive_options(Options& options) {
  std::vector<std::pair<std::string_view, Error>> mistakes;
  if (auto endpoint = endpoint_of(options)) {
    options.otlp_endpoint = *std::move(endpoint);
  } else {
    mistakes.emplace_back("otlp_endpoint", endpoint.error());
  }
  if (!options.otlp_client_key.empty() && options.otlp_client_certificate.empty()) {
    mistakes.emplace_back("otlp_client_key",
                          Error{Code::invalid, "a key needs a certificate: set otlp_client_certificate"});
  }
  const std::array<std::pair<std::string_view, const std::string*>, 4> files{
      {{"otlp_headers_file", &options.otlp_headers_file},
       {"otlp_certificate", &options.otlp_certificate},
       {"otlp_client_certificate", &options.otlp_client_certificate},
       {"otlp_client_key", &options.otlp_client_key}}};
  for (const auto& [key, path] : files) {
    if (path->empty()) continue;
    const auto content = read_file(*path, limits::config_file_bytes_max);
    if (!content) mistakes.emplace_back(key, content.error());
  }
  return mistakes;
}

}  // namespace cspy::app
