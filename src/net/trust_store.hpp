// Where the system keeps the certificates of the authorities that it trusts. It reads no certificate.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace cspy::net {

/// Where to look, in this order: what the environment names alone; else the first directory that holds links by hash,
/// of which OpenSSL loads only those that it needs; else the first bundle, which is loaded whole.
struct TrustPlaces {
  std::string environment_file;       ///< SSL_CERT_FILE
  std::string environment_directory;  ///< SSL_CERT_DIR, several separated by ':'
  std::vector<std::string> directories;
  std::vector<std::string> bundles;

  /// Those of the distributions, and the environment's.
  static TrustPlaces of_system();
};

/// What was found; one of them is empty, unless the environment names both.
struct TrustStore {
  std::string file;
  std::string directory;

  bool operator==(const TrustStore&) const = default;
};

/// Errors: missing, with the places and a remedy.
[[nodiscard]] Result<TrustStore> find_trust_store(const TrustPlaces& places);

}  // namespace cspy::net
