#include "net/trust_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace cspy::net {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread, and nobody sets variables
  return value == nullptr ? std::string{} : std::string{value};
}

/// "002c0b4f.0": the hash of the subject of a certificate.
bool is_hash_link(std::string_view name) {
  constexpr std::size_t hash_digits = 8;
  if (name.size() < hash_digits + 2 || name[hash_digits] != '.') return false;
  return name.substr(0, hash_digits).find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         name.substr(hash_digits + 1).find_first_not_of("0123456789") == std::string_view::npos;
}

/// Whether the directory has hash links and all of them are valid. On Debian they point to /usr/share/ca-certificates.
/// In a container that mounts only /etc/ssl/certs they are broken, but the bundle in the same directory is a file.
bool has_hash_links(const std::string& directory) {
  std::error_code error;
  std::size_t links = 0;
  for (fs::directory_iterator entry{directory, error}; !error && entry != fs::directory_iterator{};
       entry.increment(error)) {
    if (!is_hash_link(entry->path().filename().native())) continue;
    if (!fs::exists(entry->path(), error)) return false;
    ++links;
  }
  return links > 0;
}

}  // namespace

TrustPlaces TrustPlaces::of_system() {
  return {
      .environment_file = environment("SSL_CERT_FILE"),
      .environment_directory = environment("SSL_CERT_DIR"),
      .directories = {"/etc/ssl/certs", "/etc/pki/tls/certs"},
      .bundles = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                  "/etc/ssl/cert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"}};
}

Result<TrustStore> find_trust_store(const TrustPlaces& places) {
  if (!places.environment_file.empty() || !places.environment_directory.empty()) {
    return TrustStore{.file = places.environment_file, .directory = places.environment_directory};
  }
  if (const auto found = std::ranges::find_if(places.directories, has_hash_links); found != places.directories.end()) {
    return TrustStore{.file = {}, .directory = *found};
  }
  const auto is_there = [](const std::string& path) {
    std::error_code error;
    return fs::exists(path, error);
  };
  if (const auto found = std::ranges::find_if(places.bundles, is_there); found != places.bundles.end()) {
    return TrustStore{.file = *found, .directory = {}};
  }
  return std::unexpected{Error{
      Code::missing,
      fmt::format("found no trusted certificate authorities: searched for hash links in {} and for {}",
                  fmt::join(places.directories, ", "), fmt::join(places.bundles, ", ")),
      "mount /etc/ssl/certs of the host read-only into the container, or set otlp_certificate to a file of trusted "
      "authorities"}};
}

}  // namespace cspy::net
