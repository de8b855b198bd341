#include "tests/support/certificates.hpp"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace cspy::test {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error{what};
}

std::shared_ptr<BIO> memory(const std::string& text = {}) {
  return {text.empty() ? BIO_new(BIO_s_mem()) : BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

std::string text_of(const std::shared_ptr<BIO>& bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Key read_key(const std::string& pem) {
  Key key{PEM_read_bio_PrivateKey(memory(pem).get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
  must(key != nullptr, "a key cannot be read");
  return key;
}

Certificate read_certificate(const std::string& pem) {
  Certificate certificate{PEM_read_bio_X509(memory(pem).get(), nullptr, nullptr, nullptr), X509_free};
  must(certificate != nullptr, "a certificate cannot be read");
  return certificate;
}

void add(X509* certificate, int nid, const std::string& value) {
  const std::shared_ptr<X509_EXTENSION> extension{X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()),
                                                  X509_EXTENSION_free};
  must(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "an extension cannot be added");
}

/// Signed by `issuer`, or by itself where there is none.
Identity make(const std::string& name, const Subject& subject, bool authority, const Identity* issuer) {
  static long serial = 0;
  const Key key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  const Certificate certificate{X509_new(), X509_free};
  auto* const x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), subject.valid_from.count());
  X509_gmtime_adj(X509_getm_notAfter(x509), subject.valid_until.count());
  X509_set_pubkey(x509, key.get());
  auto* const subject_name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject_name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                             -1, 0);
  X509_set_issuer_name(
      x509, issuer == nullptr ? subject_name : X509_get_subject_name(read_certificate(issuer->certificate).get()));
  add(x509, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!authority) add(x509, NID_subject_alt_name, subject.names);
  const auto signer = issuer == nullptr ? key : read_key(issuer->key);
  must(X509_sign(x509, signer.get(), EVP_sha256()) > 0, "a certificate cannot be signed");
  const auto out = memory();
  PEM_write_bio_X509(out.get(), x509);
  const auto key_out = memory();
  PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {.certificate = text_of(out), .key = text_of(key_out)};
}

int choose(SSL*, const unsigned char** out, unsigned char* size, const unsigned char*, unsigned, void* wanted) {
  const auto& protocol = *static_cast<std::string*>(wanted);
  *out = reinterpret_cast<const unsigned char*>(protocol.data());
  *size = static_cast<unsigned char>(protocol.size());
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Authority::Authority(const std::string& name) : own_{make(name, {}, true, nullptr)} {}

Identity Authority::issue(const Subject& subject) const {
  return make("collector.test", subject, false, &own_);
}

Identity Authority::issue_self_signed(const Subject& subject) {
  return make("collector.test", subject, false, nullptr);
}

std::shared_ptr<SSL_CTX> server_context(const ServerTls& tls) {
  // The protocol that is chosen lives as long as the context.
  const auto protocol = std::make_shared<std::string>(tls.alpn);
  std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_server_method()),
                                   [protocol](SSL_CTX* released) { SSL_CTX_free(released); }};
  must(context != nullptr, "no context");
  must(SSL_CTX_use_certificate(context.get(), read_certificate(tls.identity.certificate).get()) == 1, "certificate");
  must(SSL_CTX_use_PrivateKey(context.get(), read_key(tls.identity.key).get()) == 1, "key");
  if (!tls.client_authority.empty()) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), read_certificate(tls.client_authority).get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  if (tls.version_max != 0) {
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), tls.version_max);
    SSL_CTX_set_security_level(context.get(), 0);
  }
  if (!tls.alpn.empty()) SSL_CTX_set_alpn_select_cb(context.get(), choose, protocol.get());
  return context;
}

std::string hash_link_of(const std::string& certificate) {
  return fmt::format("{:08x}.0", X509_subject_name_hash(read_certificate(certificate).get()));
}

}  // namespace cspy::test
