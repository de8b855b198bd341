// The whole agent, scraped over a unix socket, with an engine stand-in and a receiver on real sockets.
#include "app/serve_side.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

#include "app/daemon.hpp"
#include "app/readiness.hpp"
#include "app/resolve.hpp"
#include "tests/fakes/engine_model.hpp"
#include "tests/fakes/http_server.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::app {
namespace {

using fakes::EngineModel;
using fakes::HttpRequest;
using fakes::HttpResponse;
using testing::HasSubstr;
using testing::Not;

struct ServeSideTest : testing::Test {
  ServeSideTest() {
    for (unsigned i = 1; i <= 5; ++i)
      engine.add(i, "c" + std::to_string(i));
    options.listen = {{.host = {}, .port = 0, .path = dir.file("metrics.sock")}};
    options.docker_socket = {Endpoint::Kind::unix_socket, "", 0, dir.file("engine.sock")};
    options.otlp_export_interval = std::chrono::milliseconds{100};
    options.push = false;
    engine.server().listen(options.docker_socket);
    receiver.listen({Endpoint::Kind::tcp, "127.0.0.1", 0, ""});
    options.otlp_endpoint = {Endpoint::Kind::tcp, "127.0.0.1", receiver.port(), "/v1/metrics"};
  }
  ~ServeSideTest() override {
    io.stop();
    if (peers.joinable()) peers.join();
  }

  /// Runs the agent, and `client` beside it; ends the agent when the client has ended.
  void run(const std::function<void()>& client) {
    peers = std::thread{[this] { io.run(); }};
    Daemon daemon{options, log};
    const auto prepared = daemon.prepare();
    ASSERT_TRUE(prepared) << prepared.error().message;
    std::thread clients{[&] {
      client();
      std::raise(SIGTERM);
    }};
    daemon.run();
    clients.join();
    io.stop();
    peers.join();
  }

  [[nodiscard]] test::RawAnswer get(const std::string& target, const std::string& headers = {}) const {
    test::RawClient client{dir.file("metrics.sock")};
    client.send("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n");
    return client.read_answer();
  }
  /// Asks until the answer has `text`.
  [[nodiscard]] test::RawAnswer await(const std::string& target, const std::string& text) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    auto answer = get(target);
    while (!answer.body.contains(text) && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
      answer = get(target);
    }
    EXPECT_THAT(answer.body, HasSubstr(text));
    return answer;
  }

  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
      ++found;
    return found;
  }

  test::TempDir dir;
  boost::asio::io_context io;
  EngineModel engine{io};
  std::atomic<std::size_t> stats_requests = 0;
  std::atomic<std::size_t> pushed = 0;
  fakes::HttpServer receiver{io, [this](const HttpRequest&) {
                               ++pushed;
                               return HttpResponse{.content_type = "application/x-protobuf"};
                             }};
  std::mutex mutex;
  std::string lines;
  Log log{LogLevel::info, LogFormat::logfmt, [this](std::string_view line) {
            const std::scoped_lock lock{mutex};
            lines.append(line);
            return true;
          }};
  Options options = resolve({}, [](std::string_view) { return std::nullopt; }, {}).options;
  std::thread peers;
};

TEST_F(ServeSideTest, ShowsAllContainersAndItself) {
  run([&] {
    const auto answer = await("/metrics", "container_last_seen{");
    EXPECT_EQ(answer.status(), 200U);
    EXPECT_EQ(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(count(answer.body, "\ncontainer_last_seen{"), 5U);
    EXPECT_THAT(answer.body, HasSubstr("# TYPE container_cpu_usage_seconds_total counter\n"));
    EXPECT_THAT(answer.body, HasSubstr("\ncontainer_scrape_error 0\n"));
    EXPECT_THAT(answer.body, HasSubstr("\nprocess_resident_memory_bytes "));
    EXPECT_THAT(answer.body, HasSubstr("\ncontainerspy_build_info{version="));
    EXPECT_THAT(answer.body, Not(HasSubstr("containerspy_export_"))) << "nothing is pushed";
    EXPECT_EQ(get("/healthz").body, "ok\n");
    EXPECT_EQ(get("/readyz").body, "ready\n");
    EXPECT_EQ(get("/etc/passwd").status(), 404U);
  });
  EXPECT_EQ(pushed, 0U);
}

TEST_F(ServeSideTest, ReadsOnceForScrapesThatComeTogether) {
  engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (!request.target.contains("/stats")) return std::nullopt;
    ++stats_requests;
    auto answer = engine.truth(request);
    answer.delay = std::chrono::milliseconds{100};
    return answer;
  };
  run([&] {
    EXPECT_EQ(await("/readyz", "ready\n").status(), 200U);
    std::vector<std::thread> clients;
    clients.reserve(8);
    for (int i = 0; i < 8; ++i)
      clients.emplace_back([&] { EXPECT_EQ(count(get("/metrics").body, "\ncontainer_last_seen{"), 5U); });
    for (auto& client : clients)
      client.join();
  });
  EXPECT_EQ(stats_requests, 5U);
}

TEST_F(ServeSideTest, ForgetsAContainerThatIsGone) {
  options.scrape_max_age = {};
  run([&] {
    EXPECT_EQ(await("/metrics", "name=\"c3\"").status(), 200U);
    boost::asio::post(io, [&] { engine.destroy(EngineModel::id_of(3)); });
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    std::string body;
    do
      body = get("/metrics").body;
    while (body.contains("name=\"c3\"") && std::chrono::steady_clock::now() < end);
    EXPECT_THAT(body, Not(HasSubstr("name=\"c3\"")));
    EXPECT_THAT(body, HasSubstr("name=\"c4\""));
  });
}

TEST_F(ServeSideTest, AnswersInTimeAlthoughAContainerIsStuck) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    const bool stuck = request.target.contains(EngineModel::id_of(2) + "/stats");
    return stuck ? std::optional{HttpResponse{.hang = true}} : std::nullopt;
  };
  run([&] {
    EXPECT_EQ(await("/readyz", "ready\n").status(), 200U);
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 1\r\n");
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{1});
    EXPECT_EQ(count(answer.body, "\ncontainer_last_seen{"), 4U);
    EXPECT_THAT(answer.body, HasSubstr("\ncontainer_scrape_error 1\n"));
  });
}

TEST_F(ServeSideTest, DisturbsNoRound) {
  options.push = true;
  options.scrape_max_age = {};
  run([&] {
    while (pushed < 5)
      EXPECT_EQ(get("/metrics").status(), 200U);
    const auto answer = get("/metrics");
    EXPECT_EQ(count(answer.body, "\ncontainer_last_seen{"), 5U);
    EXPECT_THAT(answer.body, HasSubstr("\ncontainerspy_export_requests_total{outcome=\"accepted\"} "));
  });
  EXPECT_THAT(lines, HasSubstr("rounds_lost=0"));
}

TEST_F(ServeSideTest, IsNotReadyWithoutTheEngine) {
  options.docker_socket.path = dir.file("nothing.sock");
  run([&] {
    const auto answer = await("/readyz", "No such file");
    EXPECT_EQ(answer.status(), 503U);
    EXPECT_THAT(answer.body, HasSubstr("the engine is not connected: "));
    EXPECT_THAT(answer.body, HasSubstr("\nremedy: "));
    EXPECT_EQ(get("/healthz").status(), 200U);
    EXPECT_THAT(get("/metrics").body, HasSubstr("\ncontainer_scrape_error 1\n"));
  });
}

TEST_F(ServeSideTest, SaysWhatIsWrongWithAnAddress) {
  options.listen = {{.host = {}, .port = 0, .path = "/nowhere/metrics.sock"}};
  Daemon daemon{options, log};
  const auto prepared = daemon.prepare();
  ASSERT_FALSE(prepared);
  EXPECT_THAT(prepared.error().message, HasSubstr("listen: "));
  EXPECT_THAT(prepared.error().message, HasSubstr("/nowhere/metrics.sock"));
}

TEST_F(ServeSideTest, IsNeededIfNothingIsPushed) {
  options.listen.clear();
  Daemon daemon{options, log};
  const auto prepared = daemon.prepare();
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().message,
            "otlp_endpoint: nothing is pushed, and nothing listens either; set listen, or another otlp_endpoint");
}

TEST(Readiness, AllowsDeliveriesToFailForAMinute) {
  const auto now = net::Clock::now();
  Condition condition{.engine_connected = true,
                      .pushes = true,
                      .push_failing_since = now - limits::ready_despite_failures + std::chrono::seconds{1},
                      .push_error = Error{Code::refused, "POST http://receiver: HTTP 401", "set otlp_headers"}};
  EXPECT_EQ(why_not_ready(condition, now), std::nullopt);
  condition.push_failing_since = now - limits::ready_despite_failures;
  EXPECT_EQ(why_not_ready(condition, now),
            "the receiver takes no metrics: POST http://receiver: HTTP 401\nremedy: set otlp_headers\n");
  condition.pushes = false;
  EXPECT_EQ(why_not_ready(condition, now), std::nullopt);
}

}  // namespace
}  // namespace cspy::app
