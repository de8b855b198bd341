// The whole agent in one process, between an engine stand-in and a receiver on real sockets, ended by a real signal.
#include "app/daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <regex>
#include <stdexcept>
#include <thread>

#include "app/resolve.hpp"
#include "tests/fakes/engine_model.hpp"
#include "tests/fakes/http_server.hpp"
#include "tests/fakes/otlp_decode.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::app {
namespace {

using fakes::EngineModel;
using fakes::HttpRequest;
using fakes::HttpResponse;
using testing::HasSubstr;

/// The peers run on a thread of their own; what they saw is read after it has ended, or through the atomic counters.
class Peers {
 public:
  explicit Peers(const Endpoint& engine_endpoint) {
    for (unsigned i = 1; i <= 5; ++i)
      engine.add(i, "c" + std::to_string(i));
    engine.server().listen(engine_endpoint);
    receiver.listen({Endpoint::Kind::tcp, "127.0.0.1", 0, ""});
  }
  void run() {
    thread = std::thread{[this] { io.run(); }};
  }
  void stop() {
    io.stop();
    thread.join();
  }
  ~Peers() {
    if (thread.joinable()) stop();
  }

  boost::asio::io_context io;
  EngineModel engine{io};
  std::vector<fakes::DecodedRequest> received;
  std::atomic<std::size_t> requests = 0;
  std::function<HttpResponse()> respond = [] { return HttpResponse{.content_type = "application/x-protobuf"}; };
  fakes::HttpServer receiver{io, [this](const HttpRequest& request) {
                               auto decoded = fakes::decode_request(request.body);
                               EXPECT_TRUE(decoded);
                               received.push_back(std::move(*decoded));
                               ++requests;
                               return respond();
                             }};
  std::thread thread;
};

struct DaemonTest : testing::Test {
  DaemonTest() {
    options = resolve({}, [](std::string_view) { return std::nullopt; }, {}).options;
    options.docker_socket = {Endpoint::Kind::unix_socket, "", 0, dir.file("engine.sock")};
    options.otlp_export_interval = std::chrono::milliseconds{100};
  }

  /// Runs the agent until `condition` holds, then ends it with `signal`; how long that took.
  std::chrono::milliseconds run_agent(Peers& peers, const std::function<bool()>& condition, int signal = SIGTERM) {
    options.otlp_endpoint = {Endpoint::Kind::tcp, "127.0.0.1", peers.receiver.port(), "/v1/metrics"};
    Daemon daemon{options, log};
    if (!options.queue_dir.empty()) EXPECT_TRUE(daemon.prepare());
    std::promise<std::chrono::steady_clock::time_point> signalled;
    std::thread watcher{[&] {
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
      while (!condition() && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
      EXPECT_TRUE(condition());
      signalled.set_value(std::chrono::steady_clock::now());
      std::raise(signal);
    }};
    daemon.run();
    const auto ended = std::chrono::steady_clock::now();
    watcher.join();
    return std::chrono::duration_cast<std::chrono::milliseconds>(ended - signalled.get_future().get());
  }

  /// What the agent said until now. From any thread.
  std::string said() {
    const std::scoped_lock lock{mutex};
    return lines;
  }

  test::TempDir dir;
  std::mutex mutex;  ///< of the lines: the agent appends to them while the watcher reads
  std::string lines;
  Log log{LogLevel::info, LogFormat::logfmt, [this](std::string_view line) {
            const std::scoped_lock lock{mutex};
            lines.append(line);
            return true;
          }};
  Options options;
};

TEST_F(DaemonTest, PushesEveryContainerEachIntervalAndOnceMoreAtTheEnd) {
  Peers peers{options.docker_socket};
  peers.run();
  const auto took = run_agent(peers, [&] { return peers.requests >= 3; });
  peers.stop();
  EXPECT_LT(took, std::chrono::seconds{3});
  ASSERT_GE(peers.received.size(), 4U) << "a last push after the signal";
  std::uint64_t last_time = 0;
  for (const auto& request : peers.received) {
    EXPECT_EQ(request.resource.at("service.name"), "containerspy");
    EXPECT_EQ(request.resource.at("service.instance.id"), "modelhost");
    EXPECT_EQ(request.resource.at("host.name"), "modelhost");
    EXPECT_TRUE(request.resource.contains("service.version"));
    std::uint64_t time = 0;
    for (const auto& metric : request.metrics) {
      for (const auto& point : metric.points) {
        if (time == 0) time = point.time;
        EXPECT_EQ(point.time, time) << "one time a round";
      }
      if (metric.name == "container_last_seen") {
        EXPECT_EQ(metric.points.size(), 5U);
      }
    }
    EXPECT_GT(time, last_time);
    last_time = time;
  }
  EXPECT_THAT(said(), HasSubstr("msg=stopping signal=SIGTERM"));
  EXPECT_THAT(said(), HasSubstr("rounds_lost=0"));
}

TEST_F(DaemonTest, EndsWhatItSentUnderAGuessedNameUnderThatName) {
  Peers peers{options.docker_socket};
  std::atomic<bool> told = false;
  peers.engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.contains("/info") && !told) return HttpResponse{.status = 500};
    return std::nullopt;
  };
  std::atomic<bool> renamed = false;
  peers.respond = [&] {
    told = true;
    if (peers.received.back().resource.at("service.instance.id") == "modelhost") renamed = true;
    return HttpResponse{.content_type = "application/x-protobuf"};
  };
  peers.run();
  run_agent(peers, [&] { return renamed.load(); });
  peers.stop();
  std::map<std::string, std::size_t> first, ended;
  for (const auto& request : peers.received) {
    const auto instance = request.resource.at("service.instance.id") == "modelhost" ? "told" : "guessed";
    for (const auto& metric : request.metrics) {
      if (metric.name != "container_last_seen") continue;
      for (const auto& point : metric.points)
        ++(point.ended() ? ended : first)[instance];
    }
  }
  EXPECT_GE(first["guessed"], 5U);
  EXPECT_EQ(ended["guessed"], 5U) << "each once";
  EXPECT_GE(first["told"], 5U);
}

TEST_F(DaemonTest, EndsWithinThreeSecondsAlthoughEverythingHangs) {
  Peers peers{options.docker_socket};
  std::atomic<bool> engine_hangs = false;
  peers.engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (engine_hangs && request.target.contains("/stats")) return HttpResponse{.hang = true};
    return std::nullopt;
  };
  peers.respond = [&] {
    engine_hangs = true;
    return HttpResponse{.hang = true};
  };
  peers.run();
  EXPECT_LT(run_agent(peers, [&] { return engine_hangs.load(); }, SIGINT), std::chrono::seconds{3});
  EXPECT_THAT(said(), HasSubstr("msg=stopping signal=SIGINT"));
}

TEST_F(DaemonTest, EndsWithoutAScrapeError) {
  Peers peers{options.docker_socket};
  peers.run();
  run_agent(peers, [&] { return peers.requests >= 2; });
  peers.stop();
  std::vector<double> errors;
  for (const auto& request : peers.received) {
    for (const auto& metric : request.metrics) {
      if (metric.name != "container_scrape_error") continue;
      for (const auto& point : metric.points)
        errors.push_back(point.number());
    }
  }
  EXPECT_EQ(errors.size(), peers.received.size());
  EXPECT_THAT(errors, testing::Each(0.0)) << "that the engine is left is no failure of reading it";
}

TEST_F(DaemonTest, DoesNotWaitForTheDiskUsageAtTheEnd) {
  options.disk_usage = true;
  Peers peers{options.docker_socket};
  std::atomic<bool> asked = false;
  peers.engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (!request.target.contains("size=1") && !request.target.contains("/system/df")) return std::nullopt;
    asked = true;
    return HttpResponse{.hang = true};
  };
  peers.run();
  EXPECT_LT(run_agent(peers, [&] { return asked && peers.requests >= 1; }), std::chrono::seconds{3});
  peers.stop();
  EXPECT_GE(peers.received.size(), 2U) << "nor do the rounds wait for it";
}

TEST_F(DaemonTest, AsksForNoDiskUsageThatNoMetricShows) {
  options.disk_usage = true;
  options.metrics = *metrics::Selection::parse("cpu,memory");
  Peers peers{options.docker_socket};
  peers.run();
  run_agent(peers, [&] { return peers.requests >= 3; });
  peers.stop();
  EXPECT_EQ(peers.engine.asked("size=1") + peers.engine.asked("/system/df"), 0U);
}

TEST_F(DaemonTest, EndsWithoutHavingReachedAnybody) {
  Peers peers{{Endpoint::Kind::unix_socket, "", 0, dir.file("other.sock")}};
  std::atomic<bool> go = false;
  std::thread later{[&] { go = true; }};
  EXPECT_LT(run_agent(peers, [&] { return go.load(); }), std::chrono::seconds{3});
  later.join();
  EXPECT_THAT(said(), HasSubstr("rounds_sent=0"));
}

TEST_F(DaemonTest, KeepsTheInstanceIdItIsGiven) {
  options.instance_id = "rack-7";
  Peers peers{options.docker_socket};
  peers.run();
  run_agent(peers, [&] { return peers.requests >= 1; });
  peers.stop();
  EXPECT_EQ(peers.received.at(0).resource.at("service.instance.id"), "rack-7");
  EXPECT_EQ(peers.received.at(0).resource.at("host.name"), "modelhost");
}

TEST_F(DaemonTest, WarnsThatTheInstanceIsItsOwnHostIfTheEngineRefusesInfo) {
  const auto warnings = [this] {
    Peers peers{options.docker_socket};
    peers.engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
      if (request.target.contains("/info")) return HttpResponse{.status = 403};
      return std::nullopt;
    };
    peers.run();
    lines.clear();
    run_agent(peers, [&] { return peers.requests >= 2; });
    const std::regex warning{
        "level=warn msg=\"the engine does not report the name of its host: [^\"]*\" instance=\\S+ "
        "remedy=\"set instance_id, or allow INFO=1 at the socket proxy\""};
    const auto text = said();
    return std::distance(std::sregex_iterator{text.begin(), text.end(), warning}, std::sregex_iterator{});
  };
  EXPECT_EQ(warnings(), 1);
  options.resource_attributes = {{"service.instance.id", "rack-7"}};
  EXPECT_EQ(warnings(), 0);
  options.resource_attributes.clear();
  options.instance_id = "rack-7";
  EXPECT_EQ(warnings(), 0);
}

TEST_F(DaemonTest, NeverReadsTheEnvironmentOfAContainer) {
  Peers peers{options.docker_socket};
  peers.run();
  run_agent(peers, [&] { return peers.requests >= 1; });
  peers.stop();
  for (const auto& request : peers.received) {
    for (const auto& metric : request.metrics) {
      for (const auto& point : metric.points) {
        for (const auto& [key, value] : point.attributes)
          EXPECT_THAT(value, testing::Not(HasSubstr("hunter2"))) << key;
      }
    }
  }
  EXPECT_THAT(said(), testing::Not(HasSubstr("hunter2")));
}

TEST_F(DaemonTest, SendsTheRoundsOfAnEarlierRunUnderTheirIdentityWhileTheEngineIsAway) {
  options.queue_dir = dir.file("queue");
  {
    Peers peers{options.docker_socket};
    peers.respond = [] { return HttpResponse{.status = 503}; };
    peers.run();
    run_agent(peers, [&] { return peers.requests >= 1; });
    peers.stop();
  }
  Peers peers{{Endpoint::Kind::unix_socket, "", 0, dir.file("another.sock")}};
  options.docker_socket.path = dir.file("away.sock");
  peers.run();
  run_agent(peers, [&] { return peers.requests >= 1; });
  peers.stop();
  for (const auto& request : peers.received) {
    EXPECT_EQ(request.resource.at("service.name"), "containerspy");
    EXPECT_EQ(request.resource.at("service.instance.id"), "modelhost");
  }
}

/// The disk usage and the exporter wait for peers that hang, and the watch waits for events, when a round throws. What
/// the coroutines use has to outlive them: the sanitizers would see the opposite.
TEST_F(DaemonTest, DestroysWaitingCoroutinesBeforeWhatTheyUse) {
  options.disk_usage = true;
  Peers peers{options.docker_socket};
  std::atomic<bool> receiver_hangs = false;
  peers.engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target.contains("size=1")) return HttpResponse{.hang = true};
    return std::nullopt;
  };
  peers.respond = [&] {
    receiver_hangs = true;
    return HttpResponse{.hang = true};
  };
  peers.run();
  options.otlp_endpoint = {Endpoint::Kind::tcp, "127.0.0.1", peers.receiver.port(), "/v1/metrics"};
  Log throwing{LogLevel::debug, LogFormat::logfmt, [&](std::string_view line) {
                 if (receiver_hangs && line.contains("msg=\"round read\"")) throw std::runtime_error{"a bug"};
                 return true;
               }};
  auto daemon = std::make_unique<Daemon>(options, throwing);
  EXPECT_THROW(daemon->run(), std::runtime_error);
  EXPECT_EQ(peers.engine.asked("size=1"), 1U);
  daemon.reset();
}

TEST_F(DaemonTest, SendsNothingBeforeTheEngineIsKnown) {
  Peers peers{{Endpoint::Kind::unix_socket, "", 0, dir.file("another.sock")}};
  peers.run();
  run_agent(peers, [&] { return said().contains("engine not reachable yet"); });
  peers.stop();
  EXPECT_TRUE(peers.received.empty()) << "under what name?";
}

}  // namespace
}  // namespace cspy::app
