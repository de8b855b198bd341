#include "base/no_proxy.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

Endpoint peer(std::string host, std::uint16_t port = 80) {
  return {Endpoint::Kind::tcp, std::move(host), port, "/v1/metrics"};
}

// The table of golang.org/x/net/http/httpproxy, proxy_test.go (UseProxyTests), at port 80.
TEST(BypassesProxy, FollowsGo) {
  constexpr std::string_view no_proxy{
      "foobar.com, .barbaz.net, *.wildcard.io, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, "
      "2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64"};
  struct Row {
    std::string host;
    bool proxied;
  };
  for (const auto& [host, proxied] : std::initializer_list<Row>{
           {"localhost", false},
           {"127.0.0.1", false},
           {"127.0.0.2", false},
           {"::1", false},
           {"::2", true},
           {"192.168.1.1", false},
           {"192.168.1.2", true},
           {"192.168.1.3", false},
           {"192.168.1.4", true},
           {"10.0.0.2", false},
           {"2001:db8::52:0:1", false},
           {"2001:db8::52:0:2", true},
           {"2001:db8::52:0:3", false},
           {"2002:db8:a::123", false},
           {"fe80::424b:c8be:1643:a1b6", true},
           {"barbaz.net", true},
           {"www.barbaz.net", false},
           {"foobar.com", false},
           {"www.foobar.com", false},
           {"foofoobar.com", true},
           {"baz.com", true},
           {"localhost.net", true},
           {"local.localhost", true},
           {"barbarbaz.net", true},
           {"wildcard.io", true},
           {"nested.wildcard.io", false},
           {"awildcard.io", true},
       }) {
    EXPECT_EQ(bypasses_proxy(peer(host), no_proxy), !proxied) << host;
  }
}

TEST(BypassesProxy, KnowsTheStarAndNothingElseOfIt) {
  EXPECT_TRUE(bypasses_proxy(peer("example.com"), "other.org, *"));
  EXPECT_TRUE(bypasses_proxy(peer("8.8.8.8"), "*"));
  EXPECT_FALSE(bypasses_proxy(peer("example.com"), "exam*"));
  EXPECT_FALSE(bypasses_proxy(peer("example.com"), ""));
}

TEST(BypassesProxy, ComparesPortsAndLetters) {
  EXPECT_TRUE(bypasses_proxy(peer("Example.COM", 4318), "eXample.com:4318"));
  EXPECT_FALSE(bypasses_proxy(peer("example.com", 4317), "example.com:4318"));
  EXPECT_TRUE(bypasses_proxy(peer("a.example.com", 4318), ".example.com:4318"));
  EXPECT_TRUE(bypasses_proxy(peer("example.com"), "example.com:"));
}

TEST(BypassesProxy, TakesMappedAddressesForWhatTheyAre) {
  EXPECT_TRUE(bypasses_proxy(peer("::ffff:10.0.0.1"), "10.0.0.1"));
  EXPECT_TRUE(bypasses_proxy(peer("10.0.0.1"), "::ffff:10.0.0.0/104"));
  EXPECT_FALSE(bypasses_proxy(peer("10.0.0.1"), "::/0")) << "a range of the other kind of address";
  EXPECT_TRUE(bypasses_proxy(peer("10.0.0.1"), "0.0.0.0/0"));
}

TEST(BypassesProxy, TakesNothingFromEntriesThatAreBroken) {
  for (const auto* entry :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "/8", "300.0.0.0/8", ":80", ",,", "[10.0.0.1]", "010.0.0.1", "0.1"})
    EXPECT_FALSE(bypasses_proxy(peer("10.0.0.1"), entry)) << entry;
}

TEST(BypassesProxy, IsTrueForASocketFile) {
  EXPECT_TRUE(bypasses_proxy({Endpoint::Kind::unix_socket, "", 0, "/run/otlp.sock"}, ""));
}

}  // namespace
}  // namespace cspy
