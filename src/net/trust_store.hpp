// Finds the trust store: the certificate authorities that the system trusts. Certificates are not read here.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace cspy::net {

/// Places of trust stores. If the environment names a place, only that one is used. Otherwise the first directory with
/// hash links is used, because OpenSSL loads only the certificates that it needs from there. Otherwise the first bundle
/// is used, which OpenSSL loads whole.
struct TrustPlaces {
  std::string environment_file;       ///< SSL_CERT_FILE
  std::string environment_directory;  ///< SSL_CERT_DIR, one or more paths separated by ':'
  std::vector<std::string> directories;
  std::vector<std::string> bundles;

  /// The places of the environment and of the known distributions.
  static TrustPlaces of_system();
};

/// A trust store that exists. Only the environment can name both.
struct TrustStore {
  std::string file;
  std::string directory;

  bool operator==(const TrustStore&) const = default;
};

/// Errors: missing. The message lists the searched places.
[[nodiscard]] Result<TrustStore> find_trust_store(const TrustPlaces& places);

}  // namespace cspy::net
