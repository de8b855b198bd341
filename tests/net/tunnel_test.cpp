#include "net/tunnel.hpp"

#include <gtest/gtest.h>

namespace cspy::net {
namespace {

const Proxy proxy{.endpoint = {Endpoint::Kind::tcp, "p", 3128, ""}, .authorization = "Basic dTpw"};

TEST(Tunnel, IsAskedForWithNameAndPort) {
  EXPECT_EQ(tunnel_request(proxy, {Endpoint::Kind::tls, "c", 443, "/v1/metrics"}),
            "CONNECT c:443 HTTP/1.1\r\nHost: c:443\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
  EXPECT_EQ(
      tunnel_request({.endpoint = proxy.endpoint, .authorization = ""}, {Endpoint::Kind::tls, "fd00::1", 4318, ""}),
      "CONNECT [fd00::1]:4318 HTTP/1.1\r\nHost: [fd00::1]:4318\r\n\r\n");
}

TEST(Tunnel, IsOpenAfterAny2xx) {
  EXPECT_TRUE(read_tunnel_answer(proxy, "HTTP/1.1 200 Connection established\r\n\r\n"));
  EXPECT_TRUE(read_tunnel_answer(proxy, "HTTP/1.0 200\r\nX: y\r\n\r\n"));
  EXPECT_TRUE(read_tunnel_answer(proxy, "HTTP/1.1 204 No Content\r\n\r\n"));
}

TEST(Tunnel, IsRefusedInWords) {
  const auto credentials = read_tunnel_answer(proxy, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").error();
  EXPECT_EQ(credentials.code, Code::forbidden);
  EXPECT_EQ(credentials.message, "the proxy http://p:3128 answered CONNECT with 407 Proxy Authentication Required");
  EXPECT_EQ(credentials.remedy, "check the user and password in the URL of the proxy");
  const auto refused = read_tunnel_answer(proxy, "HTTP/1.1 403\r\n\r\n").error();
  EXPECT_EQ(refused.code, Code::refused);
  EXPECT_EQ(refused.message, "the proxy http://p:3128 answered CONNECT with 403");
  EXPECT_EQ(refused.remedy, "allow the proxy to connect to the host and port of otlp_endpoint");
}

TEST(Tunnel, TakesNothingElseForAnAnswer) {
  for (const auto* header : {"", "\r\n\r\n", "HTTP/1.", "HTTP/1.1 20\r\n\r\n", "HTTP/1.1 2000\r\n\r\n",
                             "HTTP/2.0 200 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 abc no\r\n\r\n"}) {
    const auto answer = read_tunnel_answer(proxy, header);
    ASSERT_FALSE(answer) << header;
    EXPECT_EQ(answer.error().code, Code::refused) << header;
  }
  EXPECT_EQ(read_tunnel_answer(proxy, "SSH-2.0-x\x01\r\n\r\n").error().message,
            "the proxy http://p:3128 did not answer CONNECT with HTTP: 'SSH-2.0-x?'");
}

}  // namespace
}  // namespace cspy::net
