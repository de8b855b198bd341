// The HTTP transport against receivers, proxies and networks that fail in scripted ways.
#include "otlp/transport_http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "net/tls.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/scripted_peer.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::otlp {
namespace {

using Kind = Outcome::Kind;
using std::chrono::milliseconds;
using test::handshake;
using test::read_bytes;
using test::read_request;
using test::replace_file;
using test::reset;
using test::ScriptedPeer;
using test::send_slowly;
using test::silence;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string ok{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};

/// An answer with a body.
std::string answer(std::string_view status, std::string_view headers = {}, std::string_view body = {}) {
  return std::string{"HTTP/1.1 "} + std::string{status} + "\r\n" + std::string{headers} +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

/// The certificates are made once: nothing changes them.
const test::Authority& authority() {
  static const test::Authority made;
  return made;
}

struct HttpTransportTest : testing::Test {
  HttpTransportTest() { replace_file(ca, authority().certificate()); }
  ~HttpTransportTest() override {
    transport.reset();
    peer.stop();
    EXPECT_TRUE(test::drain(io)) << "a coroutine is still waiting";
  }

  Outcome send(std::string body = "points", milliseconds time = test::patience) {
    if (!transport) transport.emplace(context, route, headers);
    const Payload payload{.body = body, .content_type = "application/x-protobuf"};
    return *test::run(io, transport->send(payload, net::Clock::now() + time));
  }
  /// A transport of its own, so with a connection of its own.
  Outcome send_afresh() {
    transport.reset();
    return send();
  }
  void use_tls(net::TlsSettings settings) {
    tls.emplace(std::move(settings), capture.log);
    route.endpoint.kind = Endpoint::Kind::tls;
    route.tls = &*tls;
  }
  void use_tls() { use_tls({.ca_file = ca, .certificate_file = {}, .key_file = {}}); }
  /// A receiver with such a certificate, and what came of talking to it.
  Outcome send_over_tls(const test::ServerTls& server) {
    if (!tls) use_tls();
    peer.expect_only({handshake(test::server_context(server)), read_request(), test::send(ok)});
    return send_afresh();
  }
  [[nodiscard]] std::string post() const { return "POST " + route.endpoint.text() + ": "; }

  boost::asio::io_context io;
  net::Context context{io};
  ScriptedPeer peer{io};
  net::Route route{.endpoint = {Endpoint::Kind::tcp, "127.0.0.1", peer.port(), "/v1/metrics"}};
  RequestHeaders headers;
  test::TempDir folder;
  std::string ca = folder.file("ca.pem");
  test::LogCapture capture;
  std::optional<net::Tls> tls;
  std::optional<HttpTransport> transport;
};

// The connection.

TEST_F(HttpTransportTest, IsRefused) {
  peer.stop();
  const auto outcome = send();
  EXPECT_EQ(outcome.kind, Kind::transient);
  EXPECT_EQ(outcome.message, post() + "Connection refused");
}

TEST_F(HttpTransportTest, SurvivesAResetAtEveryByteOfTheRequest) {
  peer.expect({read_request(), test::send(ok)});
  ASSERT_EQ(send().kind, Kind::accepted);
  const auto size = peer.requests().front().size();
  for (std::size_t position = 0; position <= size; ++position) {
    peer.expect_only({read_bytes(position), reset()});
    const auto outcome = send_afresh();
    EXPECT_EQ(outcome.kind, Kind::transient) << position;
    // Where the reset comes before the request is written, its error goes to the write, and the read finds an end.
    EXPECT_THAT(outcome.message, AnyOf(post() + "Connection reset by peer",
                                       post() + "the peer closed the connection before its answer was complete"))
        << position;
  }
}

TEST_F(HttpTransportTest, GivesUpASilentReceiverAtTheDeadline) {
  peer.expect({silence()});
  const auto outcome = send("points", milliseconds{1});
  EXPECT_EQ(outcome.kind, Kind::transient);
  EXPECT_EQ(outcome.message, post() + "no answer within the deadline");
}

TEST_F(HttpTransportTest, GivesUpAReceiverThatStopsInItsAnswer) {
  peer.expect({read_request(), test::send("HTTP/1.1 200 OK\r\nContent-Le"), silence()});
  EXPECT_EQ(send("points", milliseconds{1}).message, post() + "no answer within the deadline");
}

TEST_F(HttpTransportTest, RepeatsARequestThatAClosedKeptConnectionDidNotTake) {
  peer.expect({read_request(), test::send(ok)});  // and closes
  EXPECT_EQ(send("one").kind, Kind::accepted);
  EXPECT_EQ(send("two").kind, Kind::accepted);
  EXPECT_EQ(peer.connections(), 2U);
  ASSERT_EQ(peer.requests().size(), 2U);
  EXPECT_THAT(peer.requests()[1], testing::EndsWith("\r\n\r\ntwo"));
}

TEST_F(HttpTransportTest, KeepsTheConnection) {
  peer.expect({read_request(), test::send(ok), read_request(), test::send(ok)});
  EXPECT_EQ(send().kind, Kind::accepted);
  EXPECT_EQ(send().kind, Kind::accepted);
  EXPECT_EQ(peer.connections(), 1U);
}

TEST_F(HttpTransportTest, ReplacesAConnectionThatWasIdleForTooLong) {
  transport.emplace(context, route, headers, milliseconds{0});
  peer.expect({read_request(), test::send(ok), read_request(), test::send(ok)});
  EXPECT_EQ(send().kind, Kind::accepted);
  EXPECT_EQ(send().kind, Kind::accepted);
  EXPECT_EQ(peer.connections(), 2U);
}

TEST_F(HttpTransportTest, SaysThatANameIsUnknown) {
  route.endpoint.host = "no..such.host";
  const auto outcome = send();
  EXPECT_EQ(outcome.kind, Kind::transient);
  EXPECT_THAT(outcome.message, StartsWith(post() + "cannot resolve 'no..such.host': "));
}

TEST_F(HttpTransportTest, AsksForTheNameAgainWithEachConnection) {
  ScriptedPeer moved{io, "127.0.0.2", peer.port()};
  std::string address{"127.0.0.1"};
  context.hosts = [&](std::string_view) { return std::vector{address}; };
  route.endpoint.host = "collector.test";
  peer.expect({read_request(), test::send(ok)});
  moved.expect({read_request(), test::send(ok)});
  EXPECT_EQ(send().kind, Kind::accepted);
  address = "127.0.0.2";
  EXPECT_EQ(send().kind, Kind::accepted);
  EXPECT_EQ(peer.connections(), 1U);
  EXPECT_EQ(moved.connections(), 1U);
}

TEST_F(HttpTransportTest, TriesEachAddressOfAName) {
  context.hosts = [](std::string_view) { return std::vector<std::string>{"127.0.0.3", "127.0.0.1"}; };
  route.endpoint.host = "collector.test";
  peer.expect({read_request(), test::send(ok)});
  EXPECT_EQ(send().kind, Kind::accepted);
}

// Answers.

TEST_F(HttpTransportTest, ReadsAnAnswerThatComesByteByByte) {
  peer.expect({read_request(), send_slowly(answer("400 Bad", "Content-Type: text/plain\r\n", "no"))});
  EXPECT_EQ(send().message, post() + "HTTP 400: no");
}

TEST_F(HttpTransportTest, ReadsAnAnswerThatComesBeforeTheBodyIsSent) {
  // More than sockets buffer, so that the end of the request can never be written.
  peer.expect({read_bytes(100), test::send(answer("413 Too Large"))});
  const auto outcome = send(std::string(32 * 1024 * 1024, 'x'));
  EXPECT_EQ(outcome.kind, Kind::too_large);
  EXPECT_EQ(outcome.message, post() + "HTTP 413");
}

TEST_F(HttpTransportTest, BoundsTheBodyOfAnAnswer) {
  peer.expect({read_request(), test::send(answer("500 Error", {}, std::string(65 * 1024, 'x')))});
  EXPECT_EQ(send().message, post() + "HTTP 500") << "a long body is not quoted";
  peer.expect_only({read_request(), test::send(answer("200 OK", {}, std::string(65 * 1024, 'x')))});
  EXPECT_EQ(send().kind, Kind::accepted) << "the status came first";
}

TEST_F(HttpTransportTest, BoundsTheHeaderOfAnAnswer) {
  peer.expect({read_request(), test::send("HTTP/1.1 200 OK\r\nX: " + std::string(64 * 1024, 'x') + "\r\n\r\n")});
  const auto outcome = send();
  EXPECT_EQ(outcome.kind, Kind::permanent);
  EXPECT_EQ(outcome.message, post() + "the answer's header is larger than 8192 bytes");
}

TEST_F(HttpTransportTest, TakesASuccessWithAnyContentType) {
  peer.expect({read_request(), test::send(answer("200 OK", "Content-Type: text/html\r\n", "<html>"))});
  const auto outcome = send();
  EXPECT_EQ(outcome.kind, Kind::accepted);
  EXPECT_EQ(outcome.message, "");
}

TEST_F(HttpTransportTest, ReadsAChunkedAnswerAndKeepsTheConnection) {
  const std::string chunked{
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      "12\r\n{\"partialSuccess\":\r\n1b\r\n{\"rejectedDataPoints\":\"3\"}}\r\n0\r\n\r\n"};
  peer.expect({read_request(), test::send(chunked), read_request(), test::send(ok)});
  EXPECT_EQ(send().rejected_points, 3U);
  EXPECT_EQ(send().kind, Kind::accepted);
  EXPECT_EQ(peer.connections(), 1U);
}

TEST_F(HttpTransportTest, KeepsNoConnectionOfHttp10) {
  peer.expect({read_request(), test::send("HTTP/1.0 200 OK\r\n\r\n")});
  EXPECT_EQ(send().kind, Kind::accepted);
  EXPECT_EQ(send().kind, Kind::accepted);
  EXPECT_EQ(peer.connections(), 2U);
}

TEST_F(HttpTransportTest, PassesOverInformationalAnswers) {
  peer.expect({read_request(), test::send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok), silence()});
  EXPECT_EQ(send().kind, Kind::accepted);
}

TEST_F(HttpTransportTest, SaysThatAPeerIsNoReceiver) {
  peer.expect({read_request(), test::send(std::string{"\x00\x00\x12\x04\x00\x00\x00\x00\x00", 9}), silence()});
  const auto outcome = send();
  EXPECT_EQ(outcome.kind, Kind::permanent);
  EXPECT_THAT(outcome.message, StartsWith(post() + "the answer is not HTTP: "));
  EXPECT_THAT(outcome.remedy, HasSubstr("4317"));
}

TEST_F(HttpTransportTest, KnowsWhatIsWorthAnotherTry) {
  for (const auto* status : {"429", "502", "503", "504"}) {
    for (const auto* retry_after : {"", "Retry-After: 7\r\n", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"}) {
      peer.expect_only({read_request(), test::send(answer(std::string{status} + " Busy", retry_after))});
      const auto outcome = send_afresh();
      EXPECT_EQ(outcome.kind, Kind::transient) << status;
      EXPECT_EQ(outcome.message, post() + "HTTP " + status);
      const std::string_view header{retry_after};
      const auto expected = header.empty()         ? std::nullopt
                            : header.contains('7') ? std::optional{milliseconds{7000}}
                                                   : std::optional{milliseconds{0}};
      EXPECT_EQ(outcome.retry_after, expected) << status << header;
    }
  }
  peer.expect_only({read_request(), test::send(answer("500 Internal Server Error"))});
  EXPECT_EQ(send_afresh().kind, Kind::permanent);
}

TEST_F(HttpTransportTest, NeverFollowsARedirect) {
  headers = RequestHeaders{{{"authorization", "s3cret"}}, "", capture.log};
  peer.expect({read_request(), test::send(answer("307 Temporary Redirect", "Location: https://other/v1/metrics\r\n"))});
  const auto outcome = send();
  EXPECT_EQ(outcome.kind, Kind::permanent);
  EXPECT_EQ(outcome.message, post() + "HTTP 307, a redirect to https://other/v1/metrics");
  EXPECT_EQ(outcome.remedy, "redirects are not followed: set otlp_endpoint to https://other/v1/metrics");
  EXPECT_EQ(peer.connections(), 1U);
  EXPECT_THAT(peer.requests(), ElementsAre(HasSubstr("\r\nauthorization: s3cret\r\n")));
}

// TLS.

TEST_F(HttpTransportTest, SpeaksTlsAndAsksForTheName) {
  context.hosts = [](std::string_view) { return std::vector<std::string>{"127.0.0.1"}; };
  route.endpoint.host = "collector.test";
  EXPECT_EQ(send_over_tls({.identity = authority().issue(), .alpn = "http/1.1"}).message, "");
  EXPECT_EQ(peer.server_name(), "collector.test");
  EXPECT_THAT(peer.requests(), ElementsAre(StartsWith("POST /v1/metrics HTTP/1.1\r\nHost: collector.test:")));
}

TEST_F(HttpTransportTest, ChecksAnAddressWithoutServerName) {
  EXPECT_EQ(send_over_tls({.identity = authority().issue()}).message, "");
  EXPECT_EQ(peer.server_name(), "");
}

TEST_F(HttpTransportTest, KeepsTheConnectionOfTlsAndRepeatsOnAFreshOne) {
  use_tls();
  const auto server = test::server_context({.identity = authority().issue()});
  peer.expect({handshake(server), read_request(), test::send(ok), read_request(), test::send(ok)});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(send().message, "");
  EXPECT_EQ(peer.connections(), 2U) << "the peer closes without close_notify after two requests";
}

TEST_F(HttpTransportTest, RefusesCertificatesWithTheReasonAndARemedy) {
  const std::chrono::seconds hour{3600};
  const auto renew = "renew the certificate of the peer, or correct the clock of this machine or of the peer";
  const auto trust = "set otlp_certificate to the file of the authority that signed it";
  const auto rename =
      "use a name in otlp_endpoint that the certificate is valid for, or a certificate that is valid for this name";
  struct Row {
    test::Identity identity;
    std::string message;
    std::string remedy;
  };
  for (const auto& [identity, message, remedy] : std::initializer_list<Row>{
           {authority().issue({.valid_from = -2 * hour, .valid_until = -hour}), "certificate has expired", renew},
           {authority().issue({.valid_from = hour, .valid_until = 2 * hour}), "certificate is not yet valid", renew},
           {authority().issue({.names = "DNS:other.test,IP:127.0.0.9"}), "IP address mismatch", rename},
           {test::Authority{}.issue(), "certificate signature failure", trust},
           {test::Authority{"Other"}.issue(), "unable to get local issuer certificate", trust},
           {test::Authority::issue_self_signed(), "self-signed certificate", trust},
       }) {
    const auto outcome = send_over_tls({.identity = identity});
    EXPECT_EQ(outcome.kind, Kind::transient) << message;
    EXPECT_EQ(outcome.message, post() + "the certificate of '127.0.0.1' is not trusted: " + message);
    EXPECT_EQ(outcome.remedy, remedy);
  }
  context.hosts = [](std::string_view) { return std::vector<std::string>{"127.0.0.1"}; };
  route.endpoint.host = "elsewhere.test";
  const auto outcome = send_over_tls({.identity = authority().issue()});
  EXPECT_EQ(outcome.message, post() + "the certificate of 'elsewhere.test' is not trusted: hostname mismatch");
  EXPECT_EQ(outcome.remedy, rename);
  EXPECT_THAT(peer.requests(), testing::IsEmpty()) << "nothing is sent to a peer that is not trusted";
}

TEST_F(HttpTransportTest, TrustsThePeersOwnCertificateWhereItIsNamed) {
  for (const auto& identity : {authority().issue(), test::Authority::issue_self_signed()}) {
    replace_file(ca, identity.certificate);
    EXPECT_EQ(send_over_tls({.identity = identity}).message, "");
  }
  EXPECT_EQ(send_over_tls({.identity = authority().issue()}).kind, Kind::transient) << "and no other";
}

TEST_F(HttpTransportTest, FindsTheAuthorityByHash) {
  replace_file(folder.file(test::hash_link_of(authority().certificate())), authority().certificate());
  ASSERT_EQ(::setenv("SSL_CERT_DIR", ca.substr(0, ca.rfind('/')).c_str(), 1), 0);
  use_tls({});
  const auto outcome = send_over_tls({.identity = authority().issue()});
  ::unsetenv("SSL_CERT_DIR");
  EXPECT_EQ(outcome.message, "");
}

TEST_F(HttpTransportTest, ShowsAClientCertificateWhereOneIsWanted) {
  const auto remedy =
      "if the peer requires a client certificate, set otlp_client_certificate and otlp_client_key to one that it "
      "accepts";
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const test::ServerTls server{
        .identity = authority().issue(), .client_authority = authority().certificate(), .version_max = version};
    use_tls();
    auto outcome = send_over_tls(server);
    EXPECT_EQ(outcome.kind, Kind::transient);
    EXPECT_THAT(outcome.message, AnyOf(post() + "TLS handshake: the peer refused the TLS connection: "
                                                "ssl/tls alert handshake failure",
                                       post() + "TLS handshake: the peer refused the TLS connection: "
                                                "sslv3 alert handshake failure",
                                       post() + "the peer refused the TLS connection: "
                                                "tlsv13 alert certificate required"));
    EXPECT_EQ(outcome.remedy, remedy);

    const auto client = authority().issue({.names = "DNS:agent.test"});
    replace_file(folder.file("client.pem"), client.certificate + client.key);
    use_tls({.ca_file = ca, .certificate_file = folder.file("client.pem"), .key_file = {}});
    EXPECT_EQ(send_over_tls(server).message, "");
  }
}

TEST_F(HttpTransportTest, SpeaksNothingBelowTls12) {
  const auto outcome = send_over_tls({.identity = authority().issue(), .version_max = TLS1_1_VERSION});
  EXPECT_EQ(outcome.kind, Kind::transient);
  EXPECT_THAT(outcome.message, AnyOf(post() + "TLS handshake: the peer supports no TLS version above 1.1",
                                     post() + "TLS handshake: the peer refused the TLS connection: "
                                              "tlsv1 alert protocol version"));
  EXPECT_EQ(outcome.remedy, "enable TLS 1.2 or above at the peer");
}

TEST_F(HttpTransportTest, SaysThatAPeerSpeaksNoTls) {
  use_tls();
  peer.expect({read_bytes(1), test::send(answer("400 Bad Request")), silence()});
  const auto outcome = send();
  EXPECT_EQ(outcome.kind, Kind::permanent);
  EXPECT_EQ(outcome.message, post() + "TLS handshake: the peer does not speak TLS (wrong version number)");
  EXPECT_EQ(outcome.remedy, "check the port of otlp_endpoint, or use http:// if the peer does not use TLS");
}

TEST_F(HttpTransportTest, SurvivesAResetWithinTheHandshake) {
  use_tls();
  for (const std::size_t position : {0U, 1U, 5U, 6U, 50U, 150U}) {
    peer.expect_only({read_bytes(position), reset()});
    const auto outcome = send_afresh();
    EXPECT_EQ(outcome.kind, Kind::transient) << position;
    EXPECT_THAT(outcome.message,
                AnyOf(post() + "TLS handshake: Connection reset by peer", post() + "TLS handshake: Broken pipe"))
        << position;
  }
  const auto server = test::server_context({.identity = authority().issue()});
  for (std::size_t size = 0; size < 600; size += 37) {  // of some 800: ServerHello, certificate, proof, end
    peer.expect_only({test::begin_tls(server, size), reset()});
    const auto outcome = send_afresh();
    EXPECT_EQ(outcome.message, post() + "TLS handshake: Connection reset by peer") << size;
    EXPECT_EQ(outcome.kind, Kind::transient) << size;
  }
}

TEST_F(HttpTransportTest, EndsAHandshakeAtTheDeadline) {
  use_tls();
  peer.expect({silence()});
  EXPECT_EQ(send("points", milliseconds{1}).message, post() + "TLS handshake: no answer within the deadline");
}

TEST_F(HttpTransportTest, ConnectsAnewWhenCertificatesWereRotated) {
  const auto client_file = folder.file("client.pem");
  const auto first = authority().issue({.names = "DNS:agent.test"});
  replace_file(client_file, first.certificate + first.key);
  use_tls({.ca_file = ca, .certificate_file = client_file, .key_file = {}});
  const auto server =
      test::server_context({.identity = authority().issue(), .client_authority = authority().certificate()});
  peer.expect({handshake(server), read_request(), test::send(ok), read_request(), test::send(ok)});
  EXPECT_EQ(send().message, "");
  EXPECT_EQ(send().message, "");
  EXPECT_EQ(peer.connections(), 1U);
  const auto second = authority().issue({.names = "DNS:agent.test"});
  replace_file(client_file, second.certificate + second.key);
  EXPECT_EQ(send().message, "");
  EXPECT_EQ(peer.connections(), 2U);
  replace_file(ca, test::Authority{"Other"}.certificate());
  EXPECT_EQ(send().message, post() +
                                "the certificate of '127.0.0.1' is not trusted: "
                                "self-signed certificate in certificate chain");
  replace_file(ca, authority().certificate());
  EXPECT_EQ(send().message, "");
}

TEST_F(HttpTransportTest, SaysWhatIsWrongWithAFileOfTls) {
  use_tls({.ca_file = folder.file("none.pem"), .certificate_file = {}, .key_file = {}});
  const auto outcome = send();
  EXPECT_EQ(outcome.kind, Kind::transient) << "the file may appear later";
  EXPECT_EQ(outcome.message, post() + folder.file("none.pem") + ": No such file or directory");
}

// Proxies.

struct ProxyTest : HttpTransportTest {
  ProxyTest() {
    route.proxy = Proxy{.endpoint = {Endpoint::Kind::tcp, "127.0.0.1", peer.port(), ""}, .authorization = "Basic dTpw"};
    route.endpoint = {Endpoint::Kind::tcp, "collector.test", 4318, "/v1/metrics"};
    proxy = "the proxy http://127.0.0.1:" + std::to_string(peer.port());
  }
  void connect_over_tls() {
    use_tls();
    route.endpoint.port = 443;
  }

  std::string proxy;
};

TEST_F(ProxyTest, GetsThePlainRequestWithTheWholeUrl) {
  peer.expect({read_request(), test::send(ok)});
  EXPECT_EQ(send().message, "");
  EXPECT_THAT(peer.requests(), ElementsAre(StartsWith("POST http://collector.test:4318/v1/metrics HTTP/1.1\r\n"
                                                      "Host: collector.test:4318\r\n")));
  EXPECT_THAT(peer.requests()[0], HasSubstr("\r\nProxy-Authorization: Basic dTpw\r\n"));
}

TEST_F(ProxyTest, OpensATunnelForTls) {
  connect_over_tls();
  peer.expect({read_request(), test::send("HTTP/1.1 200 Connection established\r\nX-Via: p\r\n\r\n"),
               handshake(test::server_context({.identity = authority().issue()})), read_request(), test::send(ok)});
  EXPECT_EQ(send().message, "");
  EXPECT_THAT(peer.requests(), ElementsAre("CONNECT collector.test:443 HTTP/1.1\r\nHost: collector.test:443\r\n"
                                           "Proxy-Authorization: Basic dTpw\r\n\r\n",
                                           StartsWith("POST /v1/metrics HTTP/1.1\r\nHost: collector.test\r\n")));
  EXPECT_THAT(peer.requests()[1], testing::Not(HasSubstr("dTpw"))) << "the receiver must not get it";
  EXPECT_EQ(peer.server_name(), "collector.test");
}

TEST_F(ProxyTest, OpensATunnelWhereTheRouteWantsOne) {
  route.tunnel = true;
  peer.expect({read_request(), test::send("HTTP/1.1 200 OK\r\n\r\n"), read_request(), test::send(ok)});
  EXPECT_EQ(send().message, "");
  EXPECT_THAT(peer.requests(),
              ElementsAre(StartsWith("CONNECT collector.test:4318 "), StartsWith("POST /v1/metrics ")));
}

TEST_F(ProxyTest, SaysWhyThereIsNoTunnel) {
  connect_over_tls();
  struct Row {
    std::string answer;
    std::string message;
    std::string remedy;
  };
  for (const auto& [text, message, remedy] : std::initializer_list<Row>{
           {"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
            " answered CONNECT with 407 Proxy Authentication Required",
            "check the user and password in the URL of the proxy"},
           {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno", " answered CONNECT with 502 Bad Gateway",
            "allow the proxy to connect to the host and port of otlp_endpoint"},
           {"220 smtp ready\r\n\r\n", " did not answer CONNECT with HTTP: '220 smtp ready'",
            "check the address of the proxy"},
           {"HTTP/1.1 200 OK\r\nX: y", ": the peer closed the connection", ""},
       }) {
    peer.expect_only({read_request(), test::send(text)});
    const auto outcome = send_afresh();
    EXPECT_EQ(outcome.kind, Kind::transient) << text;
    EXPECT_EQ(outcome.message, post() + proxy + message);
    EXPECT_EQ(outcome.remedy, remedy);
    EXPECT_FALSE(outcome.message.contains("dTpw"));
  }
}

TEST_F(ProxyTest, BoundsTheAnswerOfTheProxy) {
  connect_over_tls();
  peer.expect({read_request(), test::send("HTTP/1.1 200 OK\r\nX: " + std::string(64 * 1024, 'x')), silence()});
  EXPECT_EQ(send().message, post() + proxy + " answered CONNECT with a header larger than 8192 bytes");
}

TEST_F(ProxyTest, IsNamedWhereItIsAwayOrSilent) {
  connect_over_tls();
  peer.expect({silence()});
  EXPECT_EQ(send("points", milliseconds{1}).message, post() + proxy + ": no answer within the deadline");
  peer.stop();
  EXPECT_EQ(send().message, post() + proxy + ": Connection refused");
}

}  // namespace
}  // namespace cspy::otlp
