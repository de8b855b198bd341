// Addresses of peers, parsed from the text of a setting.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cspy {

struct Endpoint {
  enum class Kind { unix_socket, tcp, tls };

  Kind kind = Kind::tcp;
  std::string host;        ///< name, or address without brackets; empty for a unix socket
  std::uint16_t port = 0;  ///< 0 for a unix socket
  std::string path;        ///< the socket's path, or the URL's path with its query

  /// The value of the Host header: "localhost:4318", "[::1]:4318"; "localhost" for a unix socket.
  [[nodiscard]] std::string authority() const;

  /// For people: "/var/run/docker.sock", "tcp://proxy:2375", "http://localhost:4318/v1/metrics". The query of a URL may
  /// be a secret: "http://localhost:4318/v1/metrics?***".
  [[nodiscard]] std::string text() const;
  /// The whole URL of an HTTP endpoint, for a proxy. REQUIRES: not a unix socket.
  [[nodiscard]] std::string url() const;

  bool operator==(const Endpoint&) const = default;
};

/// The address of an engine: a path, unix://PATH, tcp://HOST[:2375] or http://HOST[:2375]. For ssh and npipe, the error
/// says that they are not supported.
[[nodiscard]] Result<Endpoint> parse_engine_address(std::string_view text);

/// How to complete the path of an OTLP/HTTP URL.
enum class OtlpPath : std::uint8_t {
  add_if_missing,  ///< an empty path or "/" becomes /v1/metrics; any other path is kept
  as_is,           ///< an empty path becomes "/" (OTEL_EXPORTER_OTLP_METRICS_ENDPOINT)
  append,          ///< /v1/metrics is appended (OTEL_EXPORTER_OTLP_ENDPOINT)
};

/// An OTLP/HTTP endpoint: an http or https URL.
[[nodiscard]] Result<Endpoint> parse_otlp_endpoint(std::string_view text, OtlpPath path = OtlpPath::add_if_missing);

/// An OTLP/gRPC endpoint: an http or https URL, or HOST:PORT, which means TLS unless `insecure`. The path is ignored.
[[nodiscard]] Result<Endpoint> parse_grpc_endpoint(std::string_view text, bool insecure);

}  // namespace cspy
