#include "base/proxy.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

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
  EXPECT_EQ(message("https://proxy"), "TLS to the proxy (https://) is not supported");
  EXPECT_EQ(message("socks5://proxy:1080"), "SOCKS proxies are not supported");
  EXPECT_EQ(message("socks5h://proxy:1080"), "SOCKS proxies are not supported");
  EXPECT_EQ(message("ftp://proxy"), "the scheme must be http");
  EXPECT_EQ(message("http://proxy/path"), "the URL of a proxy must not have a path");
  EXPECT_EQ(message("http://proxy:0"), "the port must be between 1 and 65535");
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

}  // namespace
}  // namespace cspy
