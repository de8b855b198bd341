// The TLS files: which parts are used, the errors of invalid files, and reading them again.
#include "net/tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include "tests/support/certificates.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::net {
namespace {

using test::replace_file;
using testing::ElementsAre;
using testing::IsEmpty;

struct TlsTest : testing::Test {
  TlsTest() {
    replace_file(ca, authority.certificate());
    replace_file(certificate, identity.certificate);
    replace_file(key, identity.key);
  }

  std::string error_of(TlsSettings settings) {
    Tls tls{std::move(settings), capture.log};
    auto context = tls.context();
    return context ? "none" : context.error().message;
  }

  test::Authority authority;
  test::Identity identity = authority.issue();
  test::TempDir folder;
  std::string ca = folder.file("ca.pem");
  std::string certificate = folder.file("client.pem");
  std::string key = folder.file("client.key");
  test::LogCapture capture;
};

TEST_F(TlsTest, MakesOneContextFromItsFiles) {
  Tls tls{{.ca_file = ca, .certificate_file = certificate, .key_file = key}, capture.log};
  const auto first = tls.context();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(tls.changed());
  EXPECT_EQ(tls.context().value(), *first);
  EXPECT_EQ(SSL_CTX_get_min_proto_version(first->get()), TLS1_2_VERSION);
  EXPECT_EQ(SSL_CTX_get_session_cache_mode(first->get()), SSL_SESS_CACHE_OFF);
  EXPECT_THAT(capture.lines, IsEmpty());
}

TEST_F(TlsTest, TakesTheKeyFromTheCertificatesFile) {
  replace_file(certificate, identity.key + identity.certificate + authority.certificate());
  Tls tls{{.ca_file = ca, .certificate_file = certificate, .key_file = {}}, capture.log};
  const auto context = tls.context();
  ASSERT_TRUE(context) << context.error().message;
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context->get(), static_cast<void*>(&chain));
  EXPECT_EQ(sk_X509_num(chain), 1) << "the certificates after the first are its chain";
}

TEST_F(TlsTest, NamesTheFileThatCannotBeUsed) {
  const auto missing = folder.file("missing.pem");
  const auto text = folder.file("text.pem");
  const auto broken = folder.file("broken.pem");
  const auto encrypted = folder.file("encrypted.pem");
  const auto other = folder.file("other.key");
  replace_file(text, "not a certificate");
  replace_file(broken, authority.certificate() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  replace_file(encrypted, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
  replace_file(other, authority.issue().key);
  EXPECT_EQ(error_of({.ca_file = missing, .certificate_file = {}, .key_file = {}}),
            missing + ": No such file or directory");
  EXPECT_EQ(error_of({.ca_file = text, .certificate_file = {}, .key_file = {}}),
            text + ": no certificate in this file; the format must be PEM");
  EXPECT_THAT(error_of({.ca_file = broken, .certificate_file = {}, .key_file = {}}),
              testing::StartsWith(broken + ": certificate 2 in this file is invalid ("));
  EXPECT_EQ(error_of({.ca_file = ca, .certificate_file = missing, .key_file = key}),
            missing + ": No such file or directory");
  EXPECT_EQ(error_of({.ca_file = ca, .certificate_file = certificate, .key_file = text}),
            text + ": no private key in this file; the format must be PEM");
  EXPECT_EQ(error_of({.ca_file = ca, .certificate_file = certificate, .key_file = {}}),
            certificate + ": no private key in this file; the format must be PEM");
  EXPECT_EQ(error_of({.ca_file = ca, .certificate_file = certificate, .key_file = encrypted}),
            encrypted + ": the key in this file is encrypted, which is not supported");
  EXPECT_EQ(error_of({.ca_file = ca, .certificate_file = certificate, .key_file = other}),
            other + ": the key does not belong to the certificate in " + certificate + " (key values mismatch)");
}

TEST_F(TlsTest, NamesTheSystemsFileThatCannotBeUsed) {
  ASSERT_EQ(::setenv("SSL_CERT_FILE", "/no/such.pem", 1), 0);
  const auto message = error_of({});
  ::unsetenv("SSL_CERT_FILE");
  EXPECT_EQ(message, "certificate authorities of the system: /no/such.pem: No such file or directory");
}

TEST_F(TlsTest, ReadsFilesAgainThatHaveChanged) {
  Tls tls{{.ca_file = ca, .certificate_file = certificate, .key_file = key}, capture.log};
  const auto first = tls.context();
  ASSERT_TRUE(first);
  replace_file(ca, test::Authority{}.certificate());
  EXPECT_TRUE(tls.changed());
  EXPECT_TRUE(tls.changed()) << "until a context was asked for";
  const auto second = tls.context();
  ASSERT_TRUE(second);
  EXPECT_NE(*second, *first);
  EXPECT_FALSE(tls.changed());
}

TEST_F(TlsTest, KeepsTheLastContextWhereFilesBreakAndSaysSoOnce) {
  Tls tls{{.ca_file = ca, .certificate_file = certificate, .key_file = key}, capture.log};
  const auto first = tls.context();
  ASSERT_TRUE(first);
  replace_file(ca, "half a fi");
  EXPECT_TRUE(tls.changed());
  EXPECT_EQ(tls.context().value(), *first);
  EXPECT_EQ(tls.context().value(), *first);
  EXPECT_FALSE(tls.changed());
  EXPECT_THAT(capture.lines,
              ElementsAre("level=warn msg=\"cannot use the changed TLS files: the last valid ones are kept\" "
                          "error=\"" +
                          ca + ": no certificate in this file; the format must be PEM\""));
  replace_file(ca, authority.certificate());
  EXPECT_NE(tls.context().value(), *first);
  EXPECT_EQ(capture.lines.size(), 1U);
}

TEST_F(TlsTest, TriesAgainWhereThereNeverWasAContext) {
  ::unlink(ca.c_str());
  Tls tls{{.ca_file = ca, .certificate_file = {}, .key_file = {}}, capture.log};
  EXPECT_FALSE(tls.context());
  EXPECT_FALSE(tls.context());
  replace_file(ca, authority.certificate());
  EXPECT_TRUE(tls.context());
  EXPECT_THAT(capture.lines, IsEmpty()) << "the caller gets the error";
}

}  // namespace
}  // namespace cspy::net
