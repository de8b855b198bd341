// Certificates made for a test: an authority, what it issues, and what a peer does with them.
#pragma once

#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>

namespace cspy::test {

/// A certificate and its key, both PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

/// What a certificate says.
struct Subject {
  std::string names = "DNS:collector.test,IP:127.0.0.1";  ///< subjectAltName in OpenSSL's syntax
  std::chrono::seconds valid_from{-3600};                 ///< from now
  std::chrono::seconds valid_until{3600};
};

class Authority {
 public:
  /// Two of the same name have different keys, as one that was made anew.
  explicit Authority(const std::string& name = "Test Authority");

  [[nodiscard]] const std::string& certificate() const { return own_.certificate; }
  [[nodiscard]] Identity issue(const Subject& subject = {}) const;
  /// A certificate that is signed by its own key.
  [[nodiscard]] static Identity issue_self_signed(const Subject& subject = {});

 private:
  Identity own_;
};

/// How a peer speaks TLS.
struct ServerTls {
  Identity identity;
  std::string client_authority = {};  ///< PEM; set: a client certificate of it is demanded
  int version_max = 0;                ///< TLS1_1_VERSION ...; 0: all that there are
  std::string alpn = {};              ///< the protocol that is chosen whatever is asked; empty: none
};
[[nodiscard]] std::shared_ptr<SSL_CTX> server_context(const ServerTls& tls);

/// The name under which OpenSSL looks for an authority's certificate: "002c0b4f.0".
[[nodiscard]] std::string hash_link_of(const std::string& certificate);

}  // namespace cspy::test
