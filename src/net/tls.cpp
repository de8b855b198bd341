#include "net/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <utility>
#include <vector>

#include "base/deleter.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "net/trust_store.hpp"

namespace cspy::net {
namespace {

using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Context = std::shared_ptr<SSL_CTX>;

std::string reason(unsigned long code) {
  const char* text = ERR_reason_error_string(code);
  return text == nullptr ? fmt::format("OpenSSL's error {}", code) : text;
}

/// The reason of the last failure. Clears the error queue for the next operation.
std::string last_reason() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  return reason(code);
}

std::unexpected<Error> untrusted(std::string_view file, std::string message) {
  return fail(Code::untrusted, fmt::format("{}: {}", file, message));
}

/// OpenSSL could read files itself, but without a limit, and its errors do not name the file.
Result<std::string> read_pem(const std::string& file) {
  auto text = read_file(file, limits::certificate_file_bytes_max);
  if (!text) return std::unexpected{std::move(text).error().in(file)};
  return text;
}

/// Without this, OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

/// The certificates of a file in their order. A file without a certificate is an error.
Result<std::vector<Certificate>> read_certificates(const std::string& file) {
  const auto text = read_pem(file);
  if (!text) return std::unexpected{text.error()};
  const Bio bio{BIO_new_mem_buf(text->data(), static_cast<int>(text->size()))};
  std::vector<Certificate> certificates;
  ERR_clear_error();
  while (auto* certificate = PEM_read_bio_X509_AUX(bio.get(), nullptr, no_passphrase, nullptr))
    certificates.emplace_back(certificate);
  // OpenSSL also reports the end of the file as an error: no further certificate starts.
  const auto end = ERR_peek_last_error();
  const bool regular = ERR_GET_LIB(end) == ERR_LIB_PEM && ERR_GET_REASON(end) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!regular) {
    return untrusted(file,
                     fmt::format("certificate {} in this file is invalid ({})", certificates.size() + 1, reason(end)));
  }
  if (certificates.empty()) return untrusted(file, "no certificate in this file; the format must be PEM");
  return certificates;
}

Result<void> trust_file(X509_STORE* store, const std::string& file) {
  const auto certificates = read_certificates(file);
  if (!certificates) return std::unexpected{certificates.error()};
  for (const auto& certificate : *certificates) {
    if (X509_STORE_add_cert(store, certificate.get()) != 1) return untrusted(file, last_reason());
  }
  return {};
}

/// OpenSSL loads a certificate of the directory when a peer needs it.
Result<void> trust_directory(X509_STORE* store, const std::string& directory) {
  auto* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
  if (lookup == nullptr || X509_LOOKUP_add_dir(lookup, directory.c_str(), X509_FILETYPE_PEM) != 1) {
    return untrusted(directory, last_reason());
  }
  return {};
}

Result<void> set_trust(SSL_CTX& context, const std::string& ca_file) {
  auto* store = SSL_CTX_get_cert_store(&context);
  if (!ca_file.empty()) {
    // The user may trust an intermediate authority or the certificate of the peer itself.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    return trust_file(store, ca_file);
  }
  const auto found = find_trust_store(TrustPlaces::of_system());
  if (!found) return std::unexpected{found.error()};
  if (!found->file.empty()) {
    auto done = trust_file(store, found->file);
    if (!done) return std::unexpected{std::move(done).error().in("certificate authorities of the system")};
  }
  return found->directory.empty() ? Result<void>{} : trust_directory(store, found->directory);
}

Result<void> set_key(SSL_CTX& context, const std::string& certificate_file, const std::string& key_file) {
  const auto text = read_pem(key_file);
  if (!text) return std::unexpected{text.error()};
  const Bio bio{BIO_new_mem_buf(text->data(), static_cast<int>(text->size()))};
  ERR_clear_error();
  const Key key{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)};
  if (!key) {
    const bool encrypted = text->contains("ENCRYPTED");
    ERR_clear_error();
    return untrusted(key_file, encrypted ? "the key in this file is encrypted, which is not supported"
                                         : "no private key in this file; the format must be PEM");
  }
  // Fails if the key does not match the certificate, which is already set.
  if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1) {
    const auto why = last_reason();
    return untrusted(key_file,
                     fmt::format("the key does not belong to the certificate in {} ({})", certificate_file, why));
  }
  return {};
}

Result<void> set_identity(SSL_CTX& context, const TlsSettings& settings) {
  const auto& file = settings.certificate_file;
  if (file.empty()) return {};
  auto certificates = read_certificates(file);
  if (!certificates) return std::unexpected{certificates.error()};
  ERR_clear_error();
  if (SSL_CTX_use_certificate(&context, certificates->front().get()) != 1) return untrusted(file, last_reason());
  for (std::size_t i = 1; i < certificates->size(); ++i) {
    if (SSL_CTX_add1_chain_cert(&context, (*certificates)[i].get()) != 1) return untrusted(file, last_reason());
  }
  return set_key(context, file, settings.key_file.empty() ? file : settings.key_file);
}

/// Asks clients for a certificate if there is an authority that issues them.
Result<void> set_client_trust(SSL_CTX& context, const std::string& ca_file) {
  if (ca_file.empty()) return {};
  if (auto done = set_trust(context, ca_file); !done) return done;
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // Clients with several certificates choose the one of these authorities.
  for (const auto& certificate : *read_certificates(ca_file)) {
    if (SSL_CTX_add_client_CA(&context, certificate.get()) != 1) return untrusted(ca_file, last_reason());
  }
  return {};
}

Result<Context> make_server_context(const TlsSettings& settings) {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  ERR_clear_error();
  Context context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  if (!context) return fail(Code::untrusted, "cannot initialise OpenSSL: " + last_reason());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Scrapers keep their connection. Without sessions, a replaced certificate or authority counts for every new one.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
  if (auto done = set_identity(*context, settings); !done) return std::unexpected{std::move(done).error()};
  if (auto done = set_client_trust(*context, settings.ca_file); !done) return std::unexpected{std::move(done).error()};
  return context;
}

Result<Context> make_context(const TlsSettings& settings) {
  if (settings.side == Side::server) return make_server_context(settings);
  // openssl.cnf is not loaded: a static program cannot load its modules, and all settings are here.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  ERR_clear_error();
  Context context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  if (!context) return fail(Code::untrusted, "cannot initialise OpenSSL: " + last_reason());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  // There is one long connection: it resumes no sessions and needs no buffers while it is idle.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  if (auto done = set_trust(*context, settings.ca_file); !done) return std::unexpected{std::move(done).error()};
  if (auto done = set_identity(*context, settings); !done) return std::unexpected{std::move(done).error()};
  return context;
}

/// The error for an alert of the peer. `number`: RFC 8446, section 6.
Error alert_error(int number, const std::string& said) {
  const auto message = fmt::format("the peer refused the TLS connection: {}", said);
  switch (number) {
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED:
      return {Code::untrusted, message,
              "if the peer requires a client certificate, set otlp_client_certificate and otlp_client_key to one that "
              "it accepts"};
    case SSL_AD_PROTOCOL_VERSION: return {Code::untrusted, message, "enable TLS 1.2 or above at the peer"};
    default: return {Code::untrusted, message};
  }
}

}  // namespace

Tls::Tls(TlsSettings settings, Log& log)
    : settings_{std::move(settings)},
      log_{&log},
      ca_{settings_.ca_file},
      certificate_{settings_.certificate_file},
      key_{settings_.key_file} {}

bool Tls::changed() {
  // Ask each file at every call. A file that is left out would report the same change at the next call.
  const std::array changes{ca_.changed(), certificate_.changed(), key_.changed()};
  for (const bool change : changes)
    stale_ = stale_ || change;
  return stale_;
}

Result<std::shared_ptr<ssl_ctx_st>> Tls::context() {
  if (!changed() && context_) return context_;
  stale_ = false;
  auto made = make_context(settings_);
  if (made) {
    context_ = std::move(*made);
  } else if (context_) {
    log_->warn("cannot use the changed TLS files: the last valid ones are kept", {{"error", made.error().message}});
  } else {
    return made;
  }
  return context_;
}

Error tls_error(unsigned long code) {
  const auto number = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return {Code::untrusted, "TLS failed: " + reason(code)};
  if (number >= SSL_AD_REASON_OFFSET) return alert_error(number - SSL_AD_REASON_OFFSET, reason(code));
  switch (number) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return {Code::malformed, fmt::format("the peer does not speak TLS ({})", reason(code)),
              "check the port of otlp_endpoint, or use http:// if the peer does not use TLS"};
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return {Code::untrusted, "the peer supports no TLS version above 1.1", "enable TLS 1.2 or above at the peer"};
    default: return {Code::untrusted, "TLS failed: " + reason(code)};
  }
}

Error certificate_error(long verify_result, std::string_view peer) {
  Error error{Code::untrusted, fmt::format("the certificate of '{}' is not trusted: {}", peer,
                                           X509_verify_cert_error_string(verify_result))};
  switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      error.remedy = "renew the certificate of the peer, or correct the clock of this machine or of the peer";
      break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      error.remedy =
          "use a name in otlp_endpoint that the certificate is valid for, or a certificate that is valid for this name";
      break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // a new authority with the name of an old one
      error.remedy = "set otlp_certificate to the file of the authority that signed it";
      break;
    default: error.remedy = "replace the certificate of the peer";
  }
  return error;
}

}  // namespace cspy::net
