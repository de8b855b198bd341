#include "base/proxy.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

Endpoint peer(std::string host, std::uint16_t port = 80) {
  return {Endpoint::Kind::tcp, std::move(host), port, "/v1/metrics"};
}

TEST(ParseProxy, TakesAUrlOrHostAndPort) {
  for (const auto* text : {"http://proxy:3128", "http://proxy:3128/", "HTTP://proxy:3128", "proxy:3128"}) {
    const auto proxy = parse_proxy(text);
    ASSERT_TRUE(proxy) << text << ": " << proxy.error().message;
    EXPECT_EQ(proxy->endpoint, (Endpoint{Endpoint::Kind::tcp, "proxy", 3128, ""})) << text;
    EXPECT_EQ(proxy->authorization, "") << text;
  }
  EXPECT_EQ(parse_proxy("http://proxy")->endpoint.port, 80);
  EXPECT_EQ(parse_proxy("http://[fd00::1]:8080")->endpoint.host, "fd00::1");
}

TEST(ParseProxy, TurnsAUserIntoBasicAuthorization) {
  // RFC 7617, section 2.
  EXPECT_EQ(parse_proxy("http://Aladdin:open%20sesame@proxy:3128")->authorization,
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(parse_proxy("Aladdin:open%20sesame@proxy:3128")->endpoint.host, "proxy");
  EXPECT_EQ(parse_proxy("http://user@proxy")->authorization, "Basic dXNlcjo=") << "a user alone has an empty password";
  EXPECT_EQ(parse_proxy("http://u:p@ss@proxy")->authorization, "Basic dTpwQHNz") << "the last '@' ends it";
  EXPECT_EQ(parse_proxy("http://u:a:b@proxy")->authorization, "Basic dTphOmI=") << "the first ':' ends the user";
}

TEST(ParseProxy, SaysWhatIsNotSupported) {
  const auto message = [](std::string_view text) { return parse_proxy(text).error().message; };
  EXPECT_EQ(message("https://proxy"), "a proxy that speaks TLS itself (https://) is not supported");
  EXPECT_EQ(message("socks5://proxy:1080"), "SOCKS proxies are not supported");
  EXPECT_EQ(message("socks5h://proxy:1080"), "SOCKS proxies are not supported");
  EXPECT_EQ(message("ftp://proxy"), "its scheme must be http");
  EXPECT_EQ(message("http://proxy/path"), "a proxy's URL has no path");
  EXPECT_EQ(message("http://proxy:0"), "its port must be between 1 and 65535");
  for (const auto* text : {"", "http://", "http://:3128", "http://u:p@", "pro xy"})
    EXPECT_FALSE(parse_proxy(text)) << text;
}

TEST(ParseProxy, NeverShowsTheCredentials) {
  for (const auto* text : {"http://user:s3cret%@proxy", "http://user:s3cret@", "http://user:s3cret@pro xy",
                           "http://user:s3cret@proxy:port", "https://user:s3cret@proxy", "user:s3cret@proxy:1/x"}) {
    const auto proxy = parse_proxy(text);
    ASSERT_FALSE(proxy) << text;
    EXPECT_FALSE(proxy.error().message.contains("s3cret")) << proxy.error().message;
    EXPECT_FALSE(proxy.error().message.contains("user:")) << proxy.error().message;
  }
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
