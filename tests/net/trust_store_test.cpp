#include "net/trust_store.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/temp_dir.hpp"

namespace cspy::net {
namespace {

struct TrustStoreTest : testing::Test {
  test::TempDir folder;
  TrustPlaces places{.environment_file = {},
                     .environment_directory = {},
                     .directories = {folder.file("none"), folder.file("certs")},
                     .bundles = {folder.file("certs/bundle.crt"), folder.file("other.pem")}};

  void SetUp() override {
    std::filesystem::create_directory(folder.file("certs"));
    test::replace_file(folder.file("certs/bundle.crt"), "bundle");
    test::replace_file(folder.file("one.pem"), "one");
  }
};

TEST_F(TrustStoreTest, PrefersLinksByHashToABundle) {
  ASSERT_EQ(::symlink("../one.pem", folder.file("certs/002c0b4f.0").c_str()), 0);
  EXPECT_EQ(find_trust_store(places), (TrustStore{.file = {}, .directory = folder.file("certs")}));
}

TEST_F(TrustStoreTest, TakesTheBundleWhereLinksDangle) {
  // /etc/ssl/certs of a Debian host, mounted into a container without /usr/share/ca-certificates.
  ASSERT_EQ(::symlink("/nowhere/one.crt", folder.file("certs/002c0b4f.0").c_str()), 0);
  EXPECT_EQ(find_trust_store(places), (TrustStore{.file = folder.file("certs/bundle.crt"), .directory = {}}));
}

TEST_F(TrustStoreTest, TakesTheBundleWhereNamesAreNoHashes) {
  for (const auto* name : {"certs/002c0b4f", "certs/002c0b4f.pem", "certs/002c0b4g.0", "certs/02c0b4f.0"})
    test::replace_file(folder.file(name), "one");
  EXPECT_EQ(find_trust_store(places), (TrustStore{.file = folder.file("certs/bundle.crt"), .directory = {}}));
}

TEST_F(TrustStoreTest, ObeysTheEnvironment) {
  places.environment_file = "/a.pem";
  EXPECT_EQ(find_trust_store(places), (TrustStore{.file = "/a.pem", .directory = {}}));
  places.environment_directory = "/a:/b";
  EXPECT_EQ(find_trust_store(places), (TrustStore{.file = "/a.pem", .directory = "/a:/b"}));
}

TEST_F(TrustStoreTest, SaysWhereItHasLooked) {
  places.directories = {"/no/certs", "/no/pki"};
  places.bundles = {"/no/a.crt", "/no/b.pem"};
  const auto error = find_trust_store(places).error();
  EXPECT_EQ(error.code, Code::missing);
  EXPECT_EQ(error.message,
            "found no trusted certificate authorities: searched for hash links in /no/certs, "
            "/no/pki and for /no/a.crt, /no/b.pem");
  EXPECT_EQ(error.remedy,
            "mount /etc/ssl/certs of the host read-only into the container, or set otlp_certificate to a file of "
            "trusted authorities");
}

}  // namespace
}  // namespace cspy::net
