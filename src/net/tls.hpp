// The TLS context of connections that we open or accept: trusted authorities, and our own certificate.
//
// OpenSSL is not initialised before the first TLS connection, because a context takes megabytes. net/stream uses the
// context; there are no sockets here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/watched_file.hpp"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace cspy::net {

/// Our side of the connections.
enum class Side : std::uint8_t {
  client,  ///< the peer needs a certificate of a trusted authority
  server,  ///< the peer needs one only if ca_file is set; we need one
};

struct TlsSettings {
  std::string ca_file;           ///< PEM; empty: the trust store of the system for a client, nobody for a server
  std::string certificate_file;  ///< PEM, with its chain; empty: we have no certificate
  std::string key_file;          ///< PEM, not encrypted; empty: the key is in certificate_file
  Side side = Side::client;
};

class Tls {
 public:
  /// `log` must outlive this. It gets a warning if changed files cannot be used.
  Tls(TlsSettings settings, Log& log);

  /// The context for a new connection: TLS 1.2 and above, made from the current files. Open connections keep their
  /// context. If changed files cannot be used, the last context is returned, with one warning. Without a last context
  /// it is an error: missing, denied, too_large, untrusted. The message names the file and its problem, or the places
  /// where a trust store was searched.
  Result<std::shared_ptr<ssl_ctx_st>> context();

  /// Whether a file has changed since the last context(): open connections should be replaced.
  [[nodiscard]] bool changed();

 private:
  TlsSettings settings_;
  Log* log_;
  WatchedFile ca_, certificate_, key_;
  bool stale_ = true;
  std::shared_ptr<ssl_ctx_st> context_;
};

/// The error of a failed TLS operation. `code` is an error code of OpenSSL.
[[nodiscard]] Error tls_error(unsigned long code);

/// Why the certificate of the host `peer` is not accepted. `verify_result` is an X509_V_ERR_* of OpenSSL.
[[nodiscard]] Error certificate_error(long verify_result, std::string_view peer);

}  // namespace cspy::net
