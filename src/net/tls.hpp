// TLS for connections of our own: whom to trust, who we are.
//
// Nothing of OpenSSL is set up before the first connection that needs it: a context takes megabytes. It knows no
// sockets; net/stream puts a context to use.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/watched_file.hpp"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace cspy::net {

struct TlsSettings {
  std::string ca_file;           ///< PEM; trusted instead of the system's; empty: the system's trust store
  std::string certificate_file;  ///< PEM, with its chain; empty: we show none
  std::string key_file;          ///< PEM, not encrypted; empty: it is in the certificate's file
};

class Tls {
 public:
  /// `log` outlives this; it gets a warning for files that cannot be used any more.
  Tls(TlsSettings settings, Log& log);

  /// The context for a new connection, TLS 1.2 and above, made from the files as they are now. Connections keep theirs.
  /// Files that cannot be used any more leave the last context in place once there was one, with one warning. Errors:
  /// missing, denied, too_large, untrusted; the message names the file and what is wrong with it, or where a trust
  /// store was looked for.
  Result<std::shared_ptr<ssl_ctx_st>> context();

  /// Whether a file has changed since context() was last called: connections that are kept should be made anew.
  [[nodiscard]] bool changed();

 private:
  TlsSettings settings_;
  Log* log_;
  WatchedFile ca_, certificate_, key_;
  bool stale_ = true;
  std::shared_ptr<ssl_ctx_st> context_;
};

/// What a failed operation on a TLS connection means; `code` is OpenSSL's.
[[nodiscard]] Error tls_error(unsigned long code);

/// Why the certificate of `peer`, a host, is not accepted; `verify_result` is OpenSSL's X509_V_ERR_*.
[[nodiscard]] Error certificate_error(long verify_result, std::string_view peer);

}  // namespace cspy::net
