#include "base/endpoint.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

using Kind = Endpoint::Kind;

std::string engine_error(std::string_view text) {
  const auto endpoint = parse_engine_address(text);
  return endpoint ? "accepted as " + endpoint->text() : endpoint.error().message;
}

std::string otlp_error(std::string_view text) {
  const auto endpoint = parse_otlp_endpoint(text);
  return endpoint ? "accepted as " + endpoint->text() : endpoint.error().message;
}

TEST(EngineAddress, IsAPathAUnixUrlOrATcpUrl) {
  EXPECT_EQ(parse_engine_address("/var/run/docker.sock"), (Endpoint{Kind::unix_socket, "", 0, "/var/run/docker.sock"}));
  EXPECT_EQ(parse_engine_address("unix:///run/user/1000/docker.sock"),
            (Endpoint{Kind::unix_socket, "", 0, "/run/user/1000/docker.sock"}));
  EXPECT_EQ(parse_engine_address("tcp://proxy:2376"), (Endpoint{Kind::tcp, "proxy", 2376, ""}));
  EXPECT_EQ(parse_engine_address("tcp://proxy"), (Endpoint{Kind::tcp, "proxy", 2375, ""}));
  EXPECT_EQ(parse_engine_address("http://[::1]:2375/"), (Endpoint{Kind::tcp, "::1", 2375, ""}));
}

TEST(EngineAddress, SaysWhatIsWrong) {
  EXPECT_EQ(engine_error(""), "expected a path, unix://PATH or tcp://HOST:PORT");
  EXPECT_EQ(engine_error("docker.sock"), "expected a path, unix://PATH or tcp://HOST:PORT");
  EXPECT_EQ(engine_error("unix://docker.sock"), "the path of a unix socket must be absolute");
  EXPECT_EQ(engine_error("/" + std::string(107, 'x')), "the path of a unix socket must not be longer than 107 bytes");
  EXPECT_EQ(engine_error("ssh://host"),
            "ssh:// is not supported: forward the socket with 'ssh -L' and use the local socket");
  EXPECT_EQ(engine_error("npipe:////./pipe/docker_engine"), "named pipes are not supported on this system");
  EXPECT_EQ(engine_error("tcp://:2375"), "the host is missing");
  EXPECT_EQ(engine_error("tcp://host:0"), "the port must be between 1 and 65535");
  EXPECT_EQ(engine_error("tcp://host:99999"), "the port must be between 1 and 65535");
  EXPECT_EQ(engine_error("tcp://ho st"), "not a URL: expected tcp://HOST:PORT");
  EXPECT_EQ(engine_error("tcp://ho%20st"),
            "invalid host: expected a name of letters, digits, '-', '_' and '.', or an address");
  EXPECT_EQ(engine_error("tcp://host/path"), "the address of an engine must not have a path");
}

TEST(OtlpEndpoint, GetsTheStandardPathOnlyWhereItHasNone) {
  EXPECT_EQ(parse_otlp_endpoint("http://localhost:4318"), (Endpoint{Kind::tcp, "localhost", 4318, "/v1/metrics"}));
  EXPECT_EQ(parse_otlp_endpoint("http://localhost:4318/"), (Endpoint{Kind::tcp, "localhost", 4318, "/v1/metrics"}));
  EXPECT_EQ(parse_otlp_endpoint("http://p:9090/api/v1/otlp/v1/metrics?x=1"),
            (Endpoint{Kind::tcp, "p", 9090, "/api/v1/otlp/v1/metrics?x=1"}));
  EXPECT_EQ(parse_otlp_endpoint("http://p?x=1"), (Endpoint{Kind::tcp, "p", 80, "/v1/metrics?x=1"}));
  EXPECT_EQ(parse_otlp_endpoint("http://p"), (Endpoint{Kind::tcp, "p", 80, "/v1/metrics"}));
  EXPECT_EQ(parse_otlp_endpoint("https://[2001:db8::1]/x"), (Endpoint{Kind::tls, "2001:db8::1", 443, "/x"}));
}

TEST(OtlpEndpoint, TakesWhateverResolversTake) {
  EXPECT_EQ(parse_otlp_endpoint("http://10.0.0.1.nip.io:4318")->host, "10.0.0.1.nip.io");
  EXPECT_EQ(parse_otlp_endpoint("http://1.2.3.4")->host, "1.2.3.4");
  EXPECT_EQ(parse_otlp_endpoint("http://my_collector-1.internal.")->host, "my_collector-1.internal.");
  EXPECT_EQ(parse_otlp_endpoint("http://p:/x")->port, 80) << "a port may be empty";
  EXPECT_EQ(parse_otlp_endpoint("http://p/a%20b;c=1/@:x")->path, "/a%20b;c=1/@:x");
}

TEST(OtlpEndpoint, SaysWhatIsWrong) {
  EXPECT_EQ(otlp_error("http://[::1/x"), "not a URL: expected http://HOST[:PORT][/PATH]");
  EXPECT_EQ(otlp_error("http://[::1]4318"), "not a URL: expected http://HOST[:PORT][/PATH]");
  EXPECT_EQ(otlp_error("http://::1/x"), "the host is missing");
  EXPECT_EQ(otlp_error("http://p/%zz"), "not a URL: expected http://HOST[:PORT][/PATH]");
  EXPECT_EQ(otlp_error("http:/p"), "not a URL: expected http://HOST[:PORT][/PATH]");
  EXPECT_EQ(otlp_error("localhost:4318"), "not a URL: expected http://HOST[:PORT][/PATH]");
  EXPECT_EQ(otlp_error("http://host:port/x"), "the port is not a number");
  EXPECT_EQ(otlp_error("ftp://host"), "the scheme must be http or https");
  EXPECT_EQ(otlp_error("http://user:secret@host"), "a user name or password in the URL is not supported");
  EXPECT_EQ(otlp_error("http://host/#x"), "a fragment ('#...') in the URL is not supported");
  EXPECT_EQ(otlp_error("http://host/a b\r\nX: y"), "not a URL: expected http://HOST[:PORT][/PATH]");
}

TEST(Endpoint, NamesItselfForHeadersAndForPeople) {
  const Endpoint v6{Kind::tcp, "::1", 4318, "/v1/metrics"};
  EXPECT_EQ(v6.authority(), "[::1]:4318");
  EXPECT_EQ(v6.text(), "http://[::1]:4318/v1/metrics");
  EXPECT_EQ((Endpoint{Kind::tcp, "p", 80, "/x"}).authority(), "p");
  EXPECT_EQ((Endpoint{Kind::unix_socket, "", 0, "/s"}).authority(), "localhost");
  EXPECT_EQ((Endpoint{Kind::tcp, "proxy", 2375, ""}).text(), "tcp://proxy:2375");
  const Endpoint with_query{Kind::tls, "r", 443, "/v1/metrics?token=s3cr3t"};
  EXPECT_EQ(with_query.text(), "https://r/v1/metrics?***");
  EXPECT_EQ(with_query.url(), "https://r/v1/metrics?token=s3cr3t");
  EXPECT_EQ((Endpoint{Kind::unix_socket, "", 0, "/run/what?.sock"}).text(), "/run/what?.sock");
}

}  // namespace
}  // namespace cspy
