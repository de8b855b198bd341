// TLS for connections of our own: whom to trust, who we are.
//
// Nothing of OpenSSL is set up before the first connection that needs it: a context takes megabytes.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/watched_file.hpp"

namespace boost::asio::ssl {
class context;
}

namespace cspy::net {

struct TlsSettings {
  std::string ca_file;           ///< PEM; trusted instead of the system's; empty: the system's trust store
  std::string certificate_file;  ///< PEM, with its chain; empty: we show none
  std::string key_file;          ///< PEM, not encrypted; empty: it is in the certificate's file
};

class Tls {
 public:
  explicit Tls(TlsSettings settings);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  /// The context for a new connection, TLS 1.2 and above, made from the files as they are now. Connections keep theirs.
  /// Files that cannot be used any more leave the last context in place once there was one. Errors: missing, denied,
  /// invalid; the message names the file and what is wrong with it, or where a trust store was looked for.
  Result<std::shared_ptr<boost::asio::ssl::context>> context();

  /// Whether a file has changed since context() was last called: connections that are kept should be made anew.
  [[nodiscard]] bool changed();

 private:
  TlsSettings settings_;
  WatchedFile ca_, certificate_, key_;
  bool stale_ = true;
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace cspy::net
