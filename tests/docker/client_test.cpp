// The client against an engine on a real socket, which fails on command.
#include "docker/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/fakes/engine_model.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::docker {
namespace {

using fakes::EngineModel;
using fakes::HttpRequest;
using fakes::HttpResponse;
using net::Clock;
using testing::HasSubstr;
using testing::StartsWith;

struct ClientTest : testing::Test {
  ClientTest() {
    engine.add(1, "web");
    engine.server().listen(endpoint);
  }

  template<class T>
  T get(net::Task<T> task) {
    return *test::run(io, std::move(task));
  }
  /// From now on, answers to targets with `part` in them are this.
  void answer(std::string part, HttpResponse response) {
    engine.intercept = [part = std::move(part), response = std::move(response)](const HttpRequest& request) {
      return request.target.contains(part) ? std::optional{response} : std::nullopt;
    };
  }
  std::string stats_error() {
    const auto sample = get(client.stats(id, Clock::now() + std::chrono::milliseconds{300}));
    return sample ? "none" : sample.error().message;
  }

  test::TempDir dir;
  boost::asio::io_context io;
  Endpoint endpoint{Endpoint::Kind::unix_socket, "", 0, dir.file("engine.sock")};
  EngineModel engine{io};
  net::Context context{io};
  Client client{context, endpoint};
  const std::string id = EngineModel::id_of(1);
  const std::string stats_operation = "GET /v0.0/containers/" + id + "/stats over " + endpoint.path;
};

TEST_F(ClientTest, NegotiatesAndUsesVersionedPaths) {
  const auto negotiated = get(client.negotiate());
  ASSERT_TRUE(negotiated) << negotiated.error().message;
  EXPECT_EQ(negotiated->version, "28.5.2");
  EXPECT_EQ(negotiated->name, "modelhost");
  EXPECT_TRUE(get(client.list()));
  EXPECT_THAT(engine.requests, testing::ElementsAre("/_ping", "/version", "/v1.51/info", "/v1.51/containers/json"));
  EXPECT_EQ(engine.server().connections_accepted(), 1U) << "the connection is kept";
}

TEST_F(ClientTest, UsesTheNewestVersionItKnowsOfANewerEngine) {
  engine.api_version = "1.60";
  ASSERT_TRUE(get(client.negotiate()));
  EXPECT_EQ(engine.asked("/v1.52/info"), 1U);
}

TEST_F(ClientTest, ReadsListInspectionAndSample) {
  ASSERT_TRUE(get(client.negotiate()));
  const auto listed = get(client.list());
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 1U);
  const auto inspection = get(client.inspect(id));
  ASSERT_TRUE(inspection) << inspection.error().message;
  EXPECT_EQ(inspection->name, "/web");
  const auto sample = get(client.stats(id, Clock::now() + test::patience));
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_EQ(*(*sample)->cpu_total_ns, 1'250'000'000U);
  EXPECT_EQ(engine.asked("/stats?stream=false&one-shot=true"), 1U);
}

TEST_F(ClientTest, WorksOnWithoutVersionAndInfoWhereAProxyRefusesThem) {
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target == "/version" || request.target.ends_with("/info"))
      return HttpResponse{.status = 403, .content_type = "text/html", .body = "<h1>403 Forbidden</h1>"};
    return std::nullopt;
  };
  const auto negotiated = get(client.negotiate());
  ASSERT_TRUE(negotiated) << negotiated.error().message;
  EXPECT_EQ(negotiated->api(), (ApiVersion{1, 51}));
  EXPECT_FALSE(negotiated->info_known);
}

TEST_F(ClientTest, SaysWhatWasAskedWhereAndWhyItFailed) {
  answer("/stats", {.status = 404, .body = R"({"message":"No such container: x"})"});
  EXPECT_EQ(stats_error(), stats_operation + ": HTTP 404: No such container: x");
  answer("/stats", {.status = 500, .body = "no json\x1b[31m"});
  EXPECT_EQ(stats_error(), stats_operation + ": HTTP 500: no json?[31m");
  answer("/stats", {.body = R"({"read":"2026)"});
  EXPECT_THAT(stats_error(), StartsWith(stats_operation + ": not JSON at byte 13"));
  answer("/stats", {.body = R"({"message":"no metrics received"})"});
  EXPECT_EQ(stats_error(), stats_operation + ": no metrics received");
}

TEST_F(ClientTest, EndsWhateverTheEngineDoes) {
  answer("/stats", {.hang = true});
  EXPECT_EQ(stats_error(), stats_operation + ": no answer within the deadline");
  answer("/stats", {.body = std::string(1'000, ' '), .endless = true});
  EXPECT_EQ(stats_error(), stats_operation + ": the answer is larger than 262144 bytes");
  answer("/stats", {.body = std::string(limits::stats_body_bytes_max + 1, ' ')});
  EXPECT_EQ(stats_error(), stats_operation + ": the answer is larger than 262144 bytes");
  answer("/stats", {.raw = "SSH-2.0-OpenSSH_9.2\r\n\r\n"});
  EXPECT_THAT(stats_error(), StartsWith(stats_operation + ": the answer is not HTTP: "));
  answer("/stats", {.raw = "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"});
  EXPECT_EQ(stats_error(), stats_operation + ": the answer's header is larger than 8192 bytes");
  answer("/stats", {.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"});
  EXPECT_THAT(stats_error(), StartsWith(stats_operation + ": the answer is not HTTP: "));
  answer("/stats", {.raw = "HTTP/1.0 200 OK\r\n\r\n{\"message\":\"until the end\"}"});
  EXPECT_EQ(stats_error(), stats_operation + ": until the end") << "HTTP/1.0 bodies end with the connection";
}

TEST_F(ClientTest, SurvivesAnAnswerThatEndsAtAnyByte) {
  ASSERT_TRUE(get(client.negotiate()));
  for (const bool chunked : {false, true}) {
    for (std::size_t cut = 0; cut < 2'000; cut += cut < 200 ? 1 : 97) {
      engine.intercept = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
        if (!request.target.contains("/stats")) return std::nullopt;
        return HttpResponse{.body = R"({"read":"2026-11-23T01:58:18Z","x":")" + std::string(2'000, 'x') + "\"}",
                            .chunked = chunked,
                            .cut_after = cut};
      };
      const auto sample = get(client.stats(id, Clock::now() + test::patience));
      ASSERT_FALSE(sample) << cut;
      EXPECT_THAT(sample.error().message, HasSubstr("closed the connection")) << cut;
      engine.intercept = nullptr;
      EXPECT_TRUE(get(client.stats(id, Clock::now() + test::patience))) << "the next request after " << cut;
    }
  }
}

TEST_F(ClientTest, AsksAgainOnAFreshConnectionWhereTheKeptOneWasClosed) {
  ASSERT_TRUE(get(client.negotiate()));
  engine.server().drop_connections();
  EXPECT_TRUE(get(client.list()));
  EXPECT_EQ(engine.asked("/containers/json"), 1U);
}

TEST_F(ClientTest, NeedsOnlyThePing) {
  answer("/_ping", {.cut_after = 10});
  EXPECT_EQ(get(client.negotiate()).error().code, Code::unreachable);
  for (const std::string part : {"/version", "/info"}) {
    for (const auto& failure : std::vector<HttpResponse>{
             {.cut_after = 10}, {.status = 503, .body = "{}"}, {.body = "[]"}, {.body = "{\"MemTotal\":\"x\""}}) {
      Client fresh{context, endpoint};
      answer(part, failure);
      const auto negotiated = get(fresh.negotiate());
      ASSERT_TRUE(negotiated) << part << ": " << negotiated.error().message;
      EXPECT_EQ(negotiated->api(), (ApiVersion{1, 51}));
      EXPECT_EQ(negotiated->info_known, part != "/info");
      EXPECT_EQ(negotiated->version, part == "/version" ? "28.5.2" : negotiated->version);
    }
  }
}

TEST_F(ClientTest, KeepsWhatItKnewOfAnEngineThatDoesNotTellItAgain) {
  ASSERT_TRUE(get(client.negotiate()));
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.target == "/_ping") return std::nullopt;
    return HttpResponse{.status = 500, .body = "{}"};
  };
  const auto again = get(client.negotiate());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->version, "28.5.2");
  EXPECT_TRUE(again->info_known);
  EXPECT_EQ(again->name, "modelhost");
  engine.api_version = "1.45";
  const auto another = get(client.negotiate());
  ASSERT_TRUE(another);
  EXPECT_FALSE(another->info_known) << "another engine";
}

TEST_F(ClientTest, AsksForInfoAgain) {
  answer("/info", {.status = 500, .body = "{}"});
  ASSERT_TRUE(get(client.negotiate()));
  EXPECT_FALSE(get(client.ask_info()));
  engine.intercept = nullptr;
  EXPECT_TRUE(get(client.ask_info()));
  EXPECT_EQ(client.engine().name, "modelhost");
}

TEST_F(ClientTest, TakesThePastEventsOfAnEngineWhoseClockIsBehind) {
  ASSERT_TRUE(get(client.negotiate()));
  // The answer stays open until the engine's clock has reached the end of the period.
  answer("until=", {.body = "{\"Action\":\"oom\",\"Actor\":{\"ID\":\"aa\"},\"timeNano\":7}\n", .stream = true});
  std::vector<std::string> ids;
  const auto read = get(client.oom_history(0, 8, [&](const Event& event) { ids.push_back(event.id); }));
  EXPECT_TRUE(read) << read.error().message;
  EXPECT_THAT(ids, testing::ElementsAre("aa"));
}

TEST_F(ClientTest, TellsWhyItCannotConnect) {
  Client nobody{context, {Endpoint::Kind::unix_socket, "", 0, dir.file("none.sock")}};
  const auto missing = get(nobody.negotiate());
  EXPECT_EQ(missing.error().code, Code::missing);
  EXPECT_EQ(missing.error().message, "GET /_ping over " + dir.file("none.sock") + ": No such file or directory");
  engine.server().stop();
  const auto refused = get(client.negotiate());
  EXPECT_EQ(refused.error().code, Code::unreachable);
  EXPECT_EQ(refused.error().message, "GET /_ping over " + endpoint.path + ": Connection refused");
}

TEST_F(ClientTest, RefusesWhatIsNoEngine) {
  answer("/_ping", {.body = "hello"});
  engine.api_version = "";
  Client other{context, endpoint};
  answer("/", {.status = 404, .body = "{}"});
  EXPECT_EQ(get(other.negotiate()).error().message, "GET /_ping over " + endpoint.path + ": HTTP 404");
  answer("/_ping", {.body = "hello"});
  engine.intercept = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    return HttpResponse{.status = request.target == "/_ping" ? 200U : 404U, .body = "{}"};
  };
  EXPECT_EQ(get(other.negotiate()).error().message,
            "GET /_ping over " + endpoint.path + ": the answer names no API version; is this a Docker engine?");
}

TEST_F(ClientTest, FollowsEventsAcrossChunks) {
  ASSERT_TRUE(get(client.negotiate()));
  auto stream = get(client.events());
  ASSERT_TRUE(stream) << stream.error().message;
  ASSERT_TRUE(test::run_until(io, [&] { return engine.server().streams() == 1; }));
  engine.server().broadcast(R"({"Action":"sta)");
  engine.server().broadcast(
      "rt\",\"Actor\":{\"ID\":\"aa\"},\"timeNano\":7}\n\n{\"Action\":\"die\",\"Actor\":{\"ID\":\"bb\"}}\n");
  EXPECT_EQ(get(stream->next())->action, "start");
  EXPECT_EQ(get(stream->next())->id, "bb");
  engine.server().broadcast("broken\n{\"Action\":\"start\",\"Actor\":{\"ID\":\"cc\"}}\n");
  EXPECT_EQ(get(stream->next()).error().code, Code::malformed);
  EXPECT_EQ(get(stream->next())->id, "cc") << "a broken line does not end the stream";
  engine.server().drop_connections();
  EXPECT_EQ(get(stream->next()).error().code, Code::unreachable);
}

TEST_F(ClientTest, BoundsALineOfEvents) {
  ASSERT_TRUE(get(client.negotiate()));
  answer("/events", {.body = std::string(64 * 1024, 'x'), .endless = true});
  auto stream = get(client.events());
  ASSERT_TRUE(stream);
  EXPECT_EQ(get(stream->next()).error().code, Code::too_large);
}

}  // namespace
}  // namespace cspy::docker
