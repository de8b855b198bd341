// Where a peer listens, parsed from what people write in configurations.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cspy {

struct Endpoint {
  enum class Kind { unix_socket, tcp, tls };

  Kind kind = Kind::tcp;
  std::string host;        ///< name or address without brackets; empty for a unix socket
  std::uint16_t port = 0;  ///< 0 for a unix socket
  std::string path;        ///< the socket's path, or the URL's path with its query

  /// What goes into the Host header: "localhost:4318", "[::1]:4318"; "localhost" for a unix socket.
  [[nodiscard]] std::string authority() const;

  /// For people: "/var/run/docker.sock", "tcp://proxy:2375", "http://localhost:4318/v1/metrics".
  [[nodiscard]] std::string text() const;

  bool operator==(const Endpoint&) const = default;
};

/// An engine's address: a path, unix://PATH, tcp://HOST[:2375] or http://HOST[:2375]. ssh and npipe are named as not
/// supported.
[[nodiscard]] Result<Endpoint> parse_engine_address(std::string_view text);

/// What becomes of the path of an OTLP/HTTP URL.
enum class OtlpPath : std::uint8_t {
  complete,  ///< none, or "/", becomes /v1/metrics; any other is used as it is
  as_is,     ///< none becomes "/" (OTEL_EXPORTER_OTLP_METRICS_ENDPOINT)
  base,      ///< v1/metrics is appended (OTEL_EXPORTER_OTLP_ENDPOINT)
};

/// An OTLP/HTTP endpoint: an http or https URL.
[[nodiscard]] Result<Endpoint> parse_otlp_endpoint(std::string_view text, OtlpPath path = OtlpPath::complete);

/// An OTLP/gRPC endpoint: an http or https URL of which the path is ignored, or HOST:PORT, which means TLS unless
/// `insecure`.
[[nodiscard]] Result<Endpoint> parse_grpc_endpoint(std::string_view text, bool insecure);

}  // namespace cspy
