// The server with real clients: what each request is answered, and what happens to clients that misbehave.
#include "serve/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "net/http1.hpp"
#include "net/route.hpp"
#include "net/tls.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/gunzip.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/no_files.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::serve {
namespace {

using namespace std::chrono_literals;
using test::RawAnswer;
using test::RawClient;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view get_small = "GET /small HTTP/1.1\r\nHost: agent\r\n\r\n";
constexpr int pieces = 2'000;

std::string piece_of(int number) {
  return "container_cpu_usage_seconds_total{name=\"web\",cpu=\"" + std::to_string(number) + "\"} 1\n";
}

std::string all_pieces() {
  std::string text;
  for (int i = 0; i < pieces; ++i)
    text.append(piece_of(i));
  return text;
}

Source source_of_pieces() {
  return [next = 0](std::string& piece) mutable {
    piece.append(piece_of(next++));
    return next < pieces;
  };
}

net::Task<Response> answer_small(Request) {
  co_return Response{.body = "small\n"};
}

net::Task<Response> answer_large(Request) {
  co_return Response{.body = std::string(300'000, 'x')};
}

net::Task<Response> answer_pieces(Request) {
  co_return Response{.content_type = "text/plain; version=0.0.4", .body = {}, .source = source_of_pieces()};
}

net::Task<Response> answer_nothing(Request) {
  co_return Response{.status = 204};
}

net::Task<Response> answer_endless(Request) {
  co_return Response{.body = {}, .source = [](std::string& piece) {
                       piece.append(16 * 1024, 'x');
                       return true;
                     }};
}

/// Fills each piece up to a size, as a source does that knows the limit.
net::Task<Response> answer_full_pieces(Request) {
  co_return Response{.body = {}, .source = [next = 0](std::string& piece) mutable {
                       while (piece.size() < 16'000 && next < pieces)
                         piece.append(piece_of(next++));
                       return next < pieces;
                     }};
}

net::Task<Response> answer_never(Request) {
  co_return Response{.body = {}, .source = [](std::string&) { return true; }};
}

net::Task<Response> answer_request(Request request) {
  auto text = request.path + "|" + request.query + "|" + request.accept + "|" + request.authorization + "|";
  if (request.scrape_timeout) text += std::to_string(request.scrape_timeout->count());
  co_return Response{.headers = {{"X-Own", "1"}, {"Cache-Control", "max-age=5"}}, .body = text};
}

net::Task<Response> fail_to_answer(Request) {
  throw std::runtime_error{"out of luck"};
  co_return Response{};
}

net::Task<std::optional<Response>> ask_for_password(Request request) {
  if (request.authorization == "Basic secret") co_return std::nullopt;
  co_return unauthorized("containerspy");
}

/// A server on a thread of its own. The test is its client.
struct ServerTest : testing::Test {
  ServerTest() {
    bounds.linger_time_max = 300ms;
    router.add({.path = "/", .handler = answer_small});
    router.add({.path = "/small", .handler = answer_small});
    router.add({.path = "/large", .handler = answer_large});
    router.add({.path = "/pieces", .handler = answer_pieces});
    router.add({.path = "/nothing", .handler = answer_nothing});
    router.add({.path = "/endless", .handler = answer_endless});
    router.add({.path = "/full-pieces", .handler = answer_full_pieces});
    router.add({.path = "/never", .handler = answer_never});
    router.add({.path = "/request", .handler = answer_request});
    router.add({.path = "/fails", .handler = fail_to_answer});
    router.add({.path = "/healthz", .handler = answer_small, .open = true});
    router.add({.path = "/slow", .handler = [this](Request) { return answer_slowly(); }});
  }
  ~ServerTest() override {
    stop();
    if (loop.joinable()) loop.join();
  }

  net::Task<Response> answer_slowly() {
    ++slow_requests;
    net::Timer timer{io};
    const auto end = net::Clock::now() + slowness;
    while (!released && net::Clock::now() < end)
      co_await timer.wait_until(net::Clock::now() + 5ms);
    co_return Response{.body = "late\n"};
  }

  void start(const std::string& address = "127.0.0.1:0") {
    open(address);
    run();
  }
  void open(const std::string& address) {
    server.emplace(context, capture.log, router, bounds);
    if (authorize) server->authorize_with(authorize);
    const auto opened = server->open(std::vector{parse_listen_address(address).value()});
    ASSERT_TRUE(opened) << opened.error().message;
    const auto text = server->addresses().front();
    if (!text.starts_with("unix:")) port = static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
  }
  void run() {
    boost::asio::co_spawn(io, server->run(), [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
    loop = std::thread{[this] { io.run(); }};
  }
  void stop() {
    if (server) boost::asio::post(io, [this] { server->stop(); });
  }
  /// Waits until the loop has nothing to do: every coroutine has ended.
  void wait_for_end() {
    if (loop.joinable()) loop.join();
  }
  void wait_for_log() {
    while (lines_logged == 0) {
      boost::asio::post(io, [this] { lines_logged = capture.lines.size(); });
      std::this_thread::sleep_for(10ms);
    }
  }
  void wait_for_slow_requests(int count) const {
    while (slow_requests < count)
      std::this_thread::sleep_for(1ms);
  }

  [[nodiscard]] RawAnswer get(const std::string& target, const std::string& headers = {}) const {
    RawClient client{port};
    client.send("GET " + target + " HTTP/1.1\r\nHost: agent\r\n" + headers + "Connection: close\r\n\r\n");
    auto answer = client.read_answer();
    EXPECT_TRUE(client.is_closed());
    return answer;
  }
  /// What the server sends before it closes the connection.
  [[nodiscard]] std::string exchange(std::string_view bytes) const {
    RawClient client{port};
    client.send(bytes);
    return client.read_all();
  }

  boost::asio::io_context io{1};
  net::Context context{io};
  test::LogCapture capture;
  Router router;
  Bounds bounds;
  Authorize authorize;
  std::optional<Server> server;
  std::thread loop;
  std::uint16_t port = 0;
  std::atomic<std::size_t> lines_logged = 0;
  std::atomic<int> slow_requests = 0;
  std::atomic<bool> released = false;  ///< slow requests are answered at once
  std::chrono::milliseconds slowness{400};
};

TEST_F(ServerTest, AnswersWithABody) {
  start();
  const auto answer = get("/small");
  EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 200 OK\r\nServer: containerspy\r\nDate: "));
  EXPECT_THAT(answer.head, HasSubstr(" GMT\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n"
                                     "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
                                     "Connection: close\r\n\r\n"));
  EXPECT_EQ(answer.body, "small\n");
  EXPECT_TRUE(get("/large").body == std::string(300'000, 'x'));
}

TEST_F(ServerTest, TellsTheHandlerWhatWasAsked) {
  start();
  const auto answer = get("/request?a=b&c",
                          "Accept: text/html\r\nAuthorization: Bearer x\r\n"
                          "X-Prometheus-Scrape-Timeout-Seconds: 9.5\r\n");
  EXPECT_EQ(answer.body, "/request|a=b&c|text/html|Bearer x|9500");
  EXPECT_EQ(answer.header("x-own"), "1");
  EXPECT_EQ(answer.header("cache-control"), "max-age=5");
  EXPECT_EQ(get("http://agent:8080/request").body, "/request||||");
}

TEST_F(ServerTest, SendsPiecesAsChunks) {
  start();
  const auto answer = get("/pieces");
  EXPECT_EQ(answer.header("transfer-encoding"), "chunked");
  EXPECT_EQ(answer.header("content-length"), "");
  EXPECT_EQ(answer.header("vary"), "Accept-Encoding");
  EXPECT_TRUE(answer.complete);
  EXPECT_TRUE(answer.body == all_pieces());
  EXPECT_TRUE(get("/full-pieces").body == all_pieces());
}

TEST_F(ServerTest, CompressesWhatTheClientAccepts) {
  start();
  const auto answer = get("/pieces", "Accept-Encoding: br, gzip;q=0.8\r\n");
  EXPECT_EQ(answer.header("content-encoding"), "gzip");
  EXPECT_TRUE(answer.complete);
  EXPECT_LT(answer.body.size() * 5, all_pieces().size());
  EXPECT_TRUE(test::gunzip(answer.body) == all_pieces());
  EXPECT_TRUE(test::gunzip(get("/large", "Accept-Encoding: gzip\r\n").body) == std::string(300'000, 'x'));
  EXPECT_TRUE(get("/pieces", "Accept-Encoding: gzip;q=0\r\n").body == all_pieces());
  EXPECT_EQ(get("/small", "Accept-Encoding: gzip\r\n").body, "small\n") << "it is too short";
}

TEST_F(ServerTest, DoesNotCompressWithoutAFreeCompressor) {
  bounds.compressors_max = 0;
  start();
  const auto answer = get("/pieces", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(answer.header("content-encoding"), "");
  EXPECT_TRUE(answer.body == all_pieces());
}

TEST_F(ServerTest, AnswersHeadWithoutABody) {
  start();
  RawClient client{port};
  client.send("HEAD /small HTTP/1.1\r\nHost: agent\r\n\r\n");
  EXPECT_EQ(client.read_answer(true).header("content-length"), "6");
  client.send("HEAD /pieces HTTP/1.1\r\nHost: agent\r\nAccept-Encoding: gzip\r\n\r\n");
  const auto answer = client.read_answer(true);
  EXPECT_EQ(answer.header("transfer-encoding"), "chunked");
  EXPECT_EQ(answer.header("content-encoding"), "gzip");
  client.send("HEAD /nowhere HTTP/1.1\r\nHost: agent\r\n\r\n");
  EXPECT_EQ(client.read_answer(true).status(), 404U);
  client.send(get_small);
  EXPECT_EQ(client.read_answer().body, "small\n") << "no byte of a body came before";
}

TEST_F(ServerTest, KeepsAConnectionForFurtherRequests) {
  start();
  RawClient client{port};
  for (int i = 0; i < 3; ++i) {
    client.send(get_small);
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.body, "small\n");
    EXPECT_EQ(answer.header("connection"), "");
  }
  client.send("GET /nothing HTTP/1.1\r\nHost: agent\r\n\r\n");
  EXPECT_EQ(client.read_answer(true).status(), 204U);
  client.send("GET /pieces HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.read_answer().body == all_pieces());
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, AnswersPipelinedRequestsInTheirOrder) {
  start();
  RawClient client{port};
  std::string requests;
  for (int i = 0; i < 10; ++i) {
    requests.append("GET /request?" + std::to_string(i) + " HTTP/1.1\r\nHost: agent\r\n\r\n");
    requests.append("POST /small HTTP/1.1\r\nHost: agent\r\nContent-Length: 5\r\n\r\nGET /\r\n");
    requests.append("GET /pieces HTTP/1.1\r\nHost: agent\r\n\r\n");
  }
  client.send(requests);
  client.end_sending();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(client.read_answer().body, "/request|" + std::to_string(i) + "|||");
    EXPECT_EQ(client.read_answer().status(), 405U);
    EXPECT_TRUE(client.read_answer().body == all_pieces());
  }
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, AnswersHttp10) {
  start();
  RawClient client{port};
  client.send("GET /small HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read_answer().header("connection"), "close");
  EXPECT_TRUE(client.is_closed());

  RawClient kept{port};
  kept.send("GET /small HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.read_answer().header("connection"), "keep-alive");
  kept.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\nAccept-Encoding: gzip\r\n\r\n");
  const auto answer = kept.read_answer();
  EXPECT_EQ(answer.header("transfer-encoding"), "");
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_TRUE(test::gunzip(answer.body) == all_pieces());
}

TEST_F(ServerTest, RefusesWhatItDoesNotServe) {
  start();
  EXPECT_EQ(get("/nowhere").body, "404 Not Found: nothing is here\n");
  EXPECT_EQ(get("/../etc/passwd").status(), 404U);
  EXPECT_EQ(get("/small/").status(), 404U);
  EXPECT_EQ(get("/%73mall").status(), 404U);
  const auto post = exchange("POST /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(post, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_THAT(post, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
}

TEST_F(ServerTest, RefusesMalformedRequestsAndCloses) {
  start();
  const auto status_of = [&](const std::string& request) { return exchange(request).substr(9, 3); };
  EXPECT_EQ(status_of("GET /small\r\n\r\n"), "400");
  EXPECT_EQ(status_of("GET /small HTTP/1.1\r\n\r\n"), "400") << "without Host";
  EXPECT_EQ(status_of("GET /small HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "400");
  EXPECT_EQ(status_of("GET small HTTP/1.1\r\nHost: a\r\n\r\n"), "400");
  EXPECT_EQ(status_of(std::string("\0\1\2\3 garbage\r\n\r\n", 16)), "400");
  EXPECT_EQ(status_of("\x16\x03\x01\x02garbage of TLS\r\n"), "400");
  EXPECT_EQ(status_of("GET /small HTTP/1.1\r\nHost: a\r\nA b: c\r\n\r\n"), "400");
  EXPECT_EQ(status_of("GET /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "400");
  EXPECT_EQ(status_of("GET /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "411");
  EXPECT_EQ(status_of("GET /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"), "413");
  EXPECT_EQ(status_of("PUT /small HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"), "417");
  EXPECT_EQ(status_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505");
  EXPECT_EQ(status_of("GET /small HTTP/3.0\r\nHost: a\r\n\r\n"), "505");
  EXPECT_EQ(exchange("GET /small\r\n\r\n" + std::string{get_small}).find("small\n"), std::string::npos)
      << "nothing is answered after a malformed request";
  EXPECT_EQ(get("/small").status(), 200U);
}

TEST_F(ServerTest, RefusesLargeHeadersWithoutReadingThemToTheirEnd) {
  start();
  const auto status_of = [&](const std::string& request) { return exchange(request).substr(9, 3); };
  EXPECT_EQ(status_of("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), "431");
  EXPECT_EQ(status_of("GET /small HTTP/1.1\r\nHost: a\r\nCookie: " + std::string(100'000, 'a')), "431");
  std::string many{"GET /small HTTP/1.1\r\nHost: a\r\n"};
  for (int i = 0; i < 5'000; ++i)
    many.append("a: b\r\n");
  EXPECT_EQ(status_of(many), "431");
  EXPECT_EQ(get("/small", "Cookie: " + std::string(15'000, 'a') + "\r\n").status(), 200U);
}

TEST_F(ServerTest, StripsThePrefix) {
  router = Router{"/agent/"};
  router.add({.path = "/", .handler = answer_request});
  router.add({.path = "/metrics", .handler = answer_request});
  start();
  EXPECT_EQ(get("/agent/metrics?x").body, "/metrics|x|||");
  EXPECT_EQ(get("/agent/").body, "/||||");
  EXPECT_EQ(get("/agent").header("location"), "/agent/");
  EXPECT_EQ(get("/metrics").status(), 404U);
  EXPECT_EQ(get("/agentmetrics").status(), 404U);
}

TEST_F(ServerTest, AsksForAPasswordExceptOnOpenRoutes) {
  authorize = ask_for_password;
  start();
  const auto denied = get("/small");
  EXPECT_EQ(denied.status(), 401U);
  EXPECT_EQ(denied.header("www-authenticate"), "Basic realm=\"containerspy\", charset=\"UTF-8\"");
  EXPECT_EQ(get("/nowhere").status(), 401U) << "a stranger does not learn what is here";
  EXPECT_EQ(get("/healthz").status(), 200U);
  EXPECT_EQ(get("/small", "Authorization: Basic secret\r\n").body, "small\n");
}

TEST_F(ServerTest, SurvivesAHandlerThatFails) {
  start();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(get("/fails").body, "500 Internal Server Error: the log has the reason\n");
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(get("/small").status(), 200U);
  stop();
  wait_for_end();
  EXPECT_THAT(capture.lines,
              ElementsAre("level=error msg=\"a request could not be answered because of an internal error\" "
                          "error=\"out of luck\"",
                          "level=info msg=\"requests are answered again\""));
}

TEST_F(ServerTest, CutsOffAClientThatSendsSlowly) {
  bounds.head_time_max = 300ms;
  start();
  RawClient slow{port}, silent{port};
  const auto begin = std::chrono::steady_clock::now();
  for (const char c : get_small.substr(0, 20)) {
    if (!slow.send({&c, 1})) break;
    std::this_thread::sleep_for(30ms);
  }
  EXPECT_EQ(slow.read_answer().body, "408 Request Timeout: the request did not arrive in time\n");
  EXPECT_TRUE(slow.is_closed());
  EXPECT_TRUE(silent.is_closed()) << "no answer without a byte of a request";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(ServerTest, ClosesAnIdleConnection) {
  bounds.idle_time_max = 200ms;
  start();
  RawClient client{port};
  client.send(get_small);
  EXPECT_EQ(client.read_answer().status(), 200U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, CutsOffAClientThatDoesNotRead) {
  bounds.write_time_max = 300ms;
  bounds.stop_time_max = 60s;
  start();
  RawClient client{port, 4'096};
  client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(get("/small").status(), 200U) << "others are not delayed";
  const auto begin = std::chrono::steady_clock::now();
  stop();
  wait_for_end();  // Only when the connection has ended.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  EXPECT_FALSE(client.read_answer().complete);
}

TEST_F(ServerTest, EndsAnAnswerThatTakesTooLong) {
  bounds.answer_time_max = 300ms;
  start();
  RawClient client{port};
  client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(client.read_answer().complete);
  RawClient hungry{port};
  hungry.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(hungry.is_closed());
  slowness = 600ms;
  RawClient waiting{port};
  waiting.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(waiting.is_closed());
}

TEST_F(ServerTest, AnswersAClientThatHasEndedItsSide) {
  start();
  RawClient client{port};
  client.send("GET /slow HTTP/1.1\r\nHost: agent\r\n\r\n");
  client.end_sending();
  EXPECT_EQ(client.read_answer().body, "late\n");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, SurvivesClientsThatGoAway) {
  start();
  for (int i = 0; i < 20; ++i) {
    RawClient client{port};
    client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    RawClient partial{port};
    partial.send("GET /sm");
  }
  EXPECT_EQ(get("/small").status(), 200U);
}

TEST_F(ServerTest, RefusesConnectionsAboveTheLimit) {
  bounds.connections_max = 2;
  slowness = 20s;
  start();
  RawClient first{port}, second{port};
  first.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  second.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  wait_for_slow_requests(2);
  const auto refused = get("/small");
  EXPECT_EQ(refused.body, "503 Service Unavailable: there are too many connections\n");
  EXPECT_EQ(refused.header("retry-after"), "1");
  released = true;
  EXPECT_EQ(first.read_answer().body, "late\n");
  EXPECT_EQ(second.read_answer().body, "late\n");
  EXPECT_EQ(get("/small").status(), 200U) << "an idle connection gives its place away";
}

TEST_F(ServerTest, ClosesTheConnectionThatIsIdleForLongest) {
  bounds.connections_max = 2;
  start();
  RawClient older{port}, newer{port};
  older.send(get_small);
  EXPECT_EQ(older.read_answer().status(), 200U);
  newer.send(get_small);
  EXPECT_EQ(newer.read_answer().status(), 200U);
  EXPECT_EQ(get("/small").status(), 200U);
  EXPECT_TRUE(older.is_closed());
  newer.send(get_small);
  EXPECT_EQ(newer.read_answer().status(), 200U);
}

TEST_F(ServerTest, GivesThePlaceOfASlowClientAway) {
  bounds.connections_max = 1;
  bounds.head_patience = 100ms;
  start();
  RawClient slow{port};
  slow.send("GET /");
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(get("/small").status(), 200U);
  EXPECT_EQ(slow.read_all(), "");
}

TEST_F(ServerTest, AnswersEachOfManyClients) {
  bounds.head_patience = 20s;  // The test connects all of them before the first one sends.
  start();
  std::vector<RawClient> clients;
  clients.reserve(200);
  for (int i = 0; i < 200; ++i)
    clients.emplace_back(port);
  for (auto& client : clients)
    client.send("GET /pieces HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  int served = 0, refused = 0;
  for (auto& client : clients) {
    const auto answer = client.read_answer();
    EXPECT_TRUE(answer.complete);
    if (answer.status() == 200 && answer.body == all_pieces()) ++served;
    if (answer.status() == 503) ++refused;
  }
  EXPECT_EQ(served + refused, 200);
  EXPECT_GE(served, 64);
}

TEST_F(ServerTest, LetsAnswersEndWhenItStops) {
  bounds.stop_time_max = 5s;
  start();
  RawClient answering{port}, idle{port}, fresh{port};
  idle.send(get_small);
  EXPECT_EQ(idle.read_answer().status(), 200U);
  answering.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  wait_for_slow_requests(1);
  stop();
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(fresh.is_closed());
  EXPECT_EQ(answering.read_answer().body, "late\n");
  EXPECT_TRUE(answering.is_closed());
  wait_for_end();
}

TEST_F(ServerTest, CutsAnswersOffThatDoNotEndWhenItStops) {
  bounds.stop_time_max = 100ms;
  start();
  RawClient client{port};
  client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(50ms);
  const auto begin = std::chrono::steady_clock::now();
  stop();
  wait_for_end();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST_F(ServerTest, ListensOnAUnixSocket) {
  const test::TempDir folder;
  const auto path = folder.file("agent.sock");
  start("unix:" + path);
  RawClient client{path};
  client.send(get_small);
  EXPECT_EQ(client.read_answer().body, "small\n");
  stop();
  wait_for_end();
  server.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerTest, AcceptsAgainAfterDescriptorsWereMissing) {
  // UBSan needs a descriptor when it meets a type for the first time. So all of it happens once before.
  start();
  EXPECT_EQ(get("/small").status(), 200U);
  stop();
  wait_for_end();
  io.restart();
  open("127.0.0.1:0");
  RawClient client{port};
  const boost::system::error_code missing{EMFILE, boost::system::system_category()};
  ASSERT_EQ(missing.message(), "Too many open files");
  {
    const test::NoFiles none;
    run();
    wait_for_log();
  }
  client.send(get_small);
  EXPECT_EQ(client.read_answer().body, "small\n");
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(get("/small").status(), 200U);
  stop();
  wait_for_end();
  EXPECT_THAT(capture.lines,
              ElementsAre("level=warn msg=\"cannot accept connections: clients have to wait\" error=\"Too many open "
                          "files\" remedy=\"raise the limit of open files (ulimit -n)\"",
                          "level=info msg=\"connections are accepted again\""));
}

/// The files of TLS, and clients that use it.
struct TlsServerTest : ServerTest {
  TlsServerTest() { set_files(authority.issue()); }
  void set_files(const test::Identity& identity) const {
    test::replace_file(folder.file("server.pem"), identity.certificate);
    test::replace_file(folder.file("server.key"), identity.key);
  }
  void start_secure(const std::string& client_ca = {}) {
    tls.emplace(net::TlsSettings{.ca_file = client_ca,
                                 .certificate_file = folder.file("server.pem"),
                                 .key_file = folder.file("server.key"),
                                 .side = net::Side::server},
                capture.log);
    open("127.0.0.1:0");
    const auto secured = server->secure_with(*tls);
    ASSERT_TRUE(secured) << secured.error().message;
    run();
  }
  /// The status of a request, or the error of the connection.
  [[nodiscard]] std::string get_secure(const test::Authority& trusted,
                                       const std::optional<test::Identity>& own = {}) const {
    test::replace_file(folder.file("ca.pem"), trusted.certificate());
    net::TlsSettings settings{.ca_file = folder.file("ca.pem"), .certificate_file = {}, .key_file = {}};
    if (own) {
      settings.certificate_file = folder.file("client.pem");
      test::replace_file(settings.certificate_file, own->certificate + own->key);
    }
    boost::asio::io_context client_io{1};
    net::Context client_context{client_io};
    test::LogCapture client_log;
    net::Tls client_tls{settings, client_log.log};
    const net::Route route{.endpoint = {.kind = Endpoint::Kind::tls, .host = "127.0.0.1", .port = port, .path = {}},
                           .tls = &client_tls};
    const auto result = test::run(client_io, get_over(&client_context, route));
    return result.value_or("no result");
  }
  static net::Task<std::string> get_over(net::Context* client, net::Route route) {
    const auto deadline = net::Clock::now() + test::patience;
    auto connection = co_await net::http1::Connection::open(*client, std::move(route), deadline);
    if (!connection) co_return connection.error().message;
    std::string answers;
    for (const auto* const target : {"/pieces", "/large"}) {
      const auto status =
          co_await connection->exchange({.method = "GET", .target = target, .headers = {}, .body = {}}, deadline);
      if (!status) co_return status.error().message;
      std::string body;
      const auto read = co_await connection->read_body(body, 1024 * 1024);
      if (!read) co_return read.error().message;
      answers += std::to_string(*status) + (body == all_pieces() || body.size() == 300'000 ? " " : " broken ");
    }
    co_return answers;
  }

  test::Authority authority;
  test::TempDir folder;
  std::optional<net::Tls> tls;
};

TEST_F(TlsServerTest, AnswersOverTls) {
  start_secure();
  EXPECT_EQ(get_secure(authority), "200 200 ");
  EXPECT_EQ(exchange(get_small), "") << "a client without TLS gets no answer";
}

TEST_F(TlsServerTest, UsesReplacedFilesForNewConnections) {
  start_secure();
  const test::Authority other{"Other Authority"};
  EXPECT_EQ(get_secure(authority), "200 200 ");
  set_files(other.issue());
  EXPECT_EQ(get_secure(other), "200 200 ");
  test::replace_file(folder.file("server.pem"), "half a fi");
  EXPECT_EQ(get_secure(other), "200 200 ");
  EXPECT_EQ(get_secure(other), "200 200 ");
  stop();
  wait_for_end();
  EXPECT_THAT(capture.lines, ElementsAre(HasSubstr("cannot use the changed TLS files: the last valid ones are kept")));
}

TEST_F(TlsServerTest, AsksForACertificateOfTheClient) {
  const test::Authority clients{"Clients"};
  test::replace_file(folder.file("clients.pem"), clients.certificate());
  start_secure(folder.file("clients.pem"));
  EXPECT_EQ(get_secure(authority, clients.issue()), "200 200 ");
  EXPECT_THAT(get_secure(authority), HasSubstr("the peer refused the TLS connection"));
  EXPECT_THAT(get_secure(authority, authority.issue()), HasSubstr("the peer refused the TLS connection"));
}

TEST_F(TlsServerTest, CutsOffAHandshakeThatDoesNotEnd) {
  bounds.handshake_time_max = 300ms;
  start_secure();
  RawClient client{port};
  client.send("\x16\x03\x01");
  EXPECT_TRUE(client.is_closed());
  RawClient stopped{port};
  std::this_thread::sleep_for(20ms);
  stop();
  wait_for_end();
  EXPECT_TRUE(stopped.is_closed());
}

TEST_F(TlsServerTest, NeedsACertificate) {
  server.emplace(context, capture.log, router, bounds);
  net::Tls none{{.ca_file = {}, .certificate_file = folder.file("no.pem"), .key_file = {}, .side = net::Side::server},
                capture.log};
  const auto secured = server->secure_with(none);
  ASSERT_FALSE(secured);
  EXPECT_EQ(secured.error().message, folder.file("no.pem") + ": No such file or directory");
  server.reset();
}

TEST_F(ServerTest, OpensNoAddressIfOneCannotBeUsed) {
  server.emplace(context, capture.log, router, bounds);
  const auto opened =
      server->open(std::vector{ListenAddress{.host = "127.0.0.1"}, ListenAddress{.host = "192.0.2.1", .port = 8'080}});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "cannot listen at 192.0.2.1:8080: Cannot assign requested address");
  EXPECT_THAT(server->addresses(), IsEmpty());
  server.reset();
}

}  // namespace
}  // namespace cspy::serve
