// The HTTP/2 client against a peer on a real socket that misbehaves.
#include "net/http2.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>

#include "base/limits.hpp"
#include "tests/support/http2_peer.hpp"
#include "tests/support/loop.hpp"

namespace cspy::net::http2 {
namespace {

using test::http2_frame;
using test::Http2Answer;
using test::Http2Headers;
using test::Http2Request;
using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::size_t answer_bytes_max = 64 * 1024;

struct Http2Test : testing::Test {
  ~Http2Test() override {
    connection.reset();
    EXPECT_TRUE(test::run_until(io, [&] { return peer.connections_ended == peer.connections; }));
    peer.stop();
    context.deadlines.expire_all();
    EXPECT_TRUE(test::drain(io)) << "a coroutine is still waiting";
  }

  Task<Result<Answer>> post(std::vector<std::string> body, TimePoint deadline) {
    if (!connection) {
      auto opened = co_await Connection::open(context, {.endpoint = peer.endpoint()}, deadline);
      if (!opened) co_return std::unexpected{opened.error()};
      connection.emplace(std::move(*opened));
    }
    std::vector<std::string_view> pieces(body.size());
    std::ranges::copy(body, pieces.begin());
    const std::vector<Header> fields{{.name = "content-type", .value = "application/grpc"},
                                     {.name = "te", .value = "trailers"}};
    const Request request{.path = "/service/Method", .headers = fields, .body = pieces};
    co_return co_await connection->exchange(request, deadline, answer_bytes_max);
  }
  Task<void> store_answer(std::optional<Result<Answer>>* result) {
    result->emplace(co_await post({"hello"}, Clock::now() + test::patience));
  }
  Result<Answer> ask(std::vector<std::string> body = {"hello"}, std::chrono::milliseconds patience = test::patience) {
    return *test::run(io, post(std::move(body), Clock::now() + patience));
  }
  /// What went wrong, as text.
  std::string failure(std::vector<std::string> body = {"hello"}, std::chrono::milliseconds patience = test::patience) {
    const auto result = ask(std::move(body), patience);
    return result ? "answered" : result.error().message;
  }
  void reopen() { connection.reset(); }
  void open() {
    auto opened =
        *test::run(io, Connection::open(context, {.endpoint = peer.endpoint()}, Clock::now() + test::patience));
    ASSERT_TRUE(opened) << opened.error().message;
    connection.emplace(std::move(*opened));
  }
  bool until(const std::function<bool()>& condition) { return test::run_until(io, condition); }

  boost::asio::io_context io;
  Context context{io};
  Http2Answer answer{.body = "world"};
  std::function<Http2Answer(const Http2Request&)> decide = [this](const Http2Request&) { return answer; };
  test::Http2Peer peer{io, [this](const Http2Request& request) { return decide(request); }};
  std::optional<Connection> connection;
};

TEST_F(Http2Test, PostsTheStandardWay) {
  const auto result = ask({"he", "", "llo"});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, 200U);
  EXPECT_EQ(result->body, "world");
  EXPECT_THAT(result->headers, ElementsAre(Pair("content-type", "application/grpc")));
  EXPECT_THAT(result->trailers, ElementsAre(Pair("grpc-status", "0")));
  EXPECT_EQ(result->reset_code, 0U);
  ASSERT_EQ(peer.requests.size(), 1U);
  EXPECT_EQ(peer.requests[0].body, "hello");
  EXPECT_THAT(
      peer.requests[0].headers,
      ElementsAre(Pair(":method", "POST"), Pair(":scheme", "http"), Pair(":authority", peer.endpoint().authority()),
                  Pair(":path", "/service/Method"), Pair("content-type", "application/grpc"), Pair("te", "trailers")));
}

TEST_F(Http2Test, KeepsTheConnection) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(ask());
    EXPECT_TRUE(connection->reusable());
  }
  EXPECT_EQ(peer.connections, 1U);
}

TEST_F(Http2Test, ReadsAnswersOfEveryShape) {
  struct Row {
    const char* name;
    Http2Answer answer;
    Http2Headers headers, trailers;
    std::string body;
  };
  const Http2Headers plain{{"content-type", "text/plain"}};
  const std::string large(answer_bytes_max, 'x');
  const std::vector<Row> rows{
      {"only trailers", {.headers = plain, .only_trailers = true}, {}, plain, ""},
      {"no trailers", {.headers = plain, .body = "b", .trailers = {}}, plain, {}, "b"},
      {"neither body nor trailers but an empty frame", {.headers = plain, .trailers = {}}, plain, {}, ""},
      {"interim answers",
       {.headers = plain, .body = "b", .trailers = {{"t", "1"}}, .interim = 3},
       plain,
       {{"t", "1"}},
       "b"},
      {"a body as large as is allowed",
       {.headers = plain, .body = large, .trailers = {{"t", "1"}}},
       plain,
       {{"t", "1"}},
       large},
  };
  for (const bool byte_by_byte : {false, true}) {
    reopen();
    peer.manners.byte_by_byte = byte_by_byte;
    for (const auto& row : rows) {
      if (byte_by_byte && row.body == large) continue;  // seconds for nothing
      answer = row.answer;
      const auto result = ask();
      ASSERT_TRUE(result) << row.name << ": " << result.error().message;
      EXPECT_EQ(result->status, 200U);
      EXPECT_EQ(result->headers, row.headers) << row.name;
      EXPECT_EQ(result->trailers, row.trailers) << row.name;
      EXPECT_EQ(result->body, row.body) << row.name;
      EXPECT_TRUE(connection->reusable()) << row.name;
    }
  }
}

TEST_F(Http2Test, BoundsWhatAPeerMaySend) {
  const Http2Headers large{{"content-type", "application/grpc"},
                           {"x", std::string(limits::http2_header_bytes_max, 'x')}};
  Http2Headers many;
  for (int i = 0; i < 500; ++i)
    many.emplace_back("x", "");
  struct Row {
    const char* name;
    Http2Answer answer;
    std::string error;
  };
  const std::vector<Row> rows{
      {"body", {.body = std::string(answer_bytes_max + 1, 'x')}, "the answer is larger than 65536 bytes"},
      {"endless body", {.body = "again and again", .endless = true}, "the answer is larger than 65536 bytes"},
      {"header", {.headers = large}, "the answer's header is larger than 16384 bytes"},
      {"headers", {.headers = many}, "the answer's header is larger than 16384 bytes"},
      {"trailers", {.trailers = many}, "the answer's header is larger than 16384 bytes"},
      {"interim answers", {.interim = 1000}, "the answer's header is larger than 16384 bytes"},
  };
  for (const auto& row : rows) {
    answer = row.answer;
    const auto result = ask();
    ASSERT_FALSE(result) << row.name;
    EXPECT_EQ(result.error().code, Code::too_large) << row.name;
    EXPECT_EQ(result.error().message, row.error) << row.name;
    EXPECT_FALSE(connection->reusable()) << row.name;
    EXPECT_FALSE(connection->safe_to_repeat()) << row.name;
    reopen();
  }
}

TEST_F(Http2Test, ObeysAnyWindow) {
  std::string body(1000, 'x');
  for (const std::uint32_t window : {1U, 2U, 100U, 65535U}) {
    peer.manners.settings = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window}};
    reopen();
    ASSERT_TRUE(ask()) << "now the settings are known";
    ASSERT_TRUE(ask({body}));
    EXPECT_EQ(peer.requests.back().body, body) << window;
  }
}

TEST_F(Http2Test, WaitsForAWindowThatOpensLate) {
  peer.manners.settings = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0}};
  ASSERT_TRUE(ask({}));
  std::optional<Result<Answer>> result;
  test::spawn(io, store_answer(&result));
  ASSERT_TRUE(until([&] { return peer.requests_begun == 2; }));
  EXPECT_EQ(peer.requests.size(), 1U);
  peer.change_settings({{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 2}});
  peer.open_window(3, 1);
  peer.change_settings({{NGHTTP2_SETTINGS_MAX_FRAME_SIZE, 20000}, {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, 0}});
  ASSERT_TRUE(until([&] { return result.has_value(); }));
  ASSERT_TRUE(*result) << result->error().message;
  EXPECT_EQ(peer.requests.back().body, "hello");
  ASSERT_TRUE(ask()) << "the header table was emptied";
}

TEST_F(Http2Test, SendsALargeBody) {
  std::string body;
  for (int i = 0; body.size() < 3'000'000; ++i)
    body += std::to_string(i);
  ASSERT_TRUE(ask({body.substr(0, 5), body.substr(5)}));
  EXPECT_TRUE(peer.requests.back().body == body);
}

TEST_F(Http2Test, AnswersPingWheneverItComes) {
  ASSERT_TRUE(ask());
  peer.ping();
  EXPECT_TRUE(until([&] { return peer.pings_answered == 1; })) << "while idle";
  decide = [&](const Http2Request&) {
    peer.ping();
    return answer;
  };
  ASSERT_TRUE(ask());
  EXPECT_TRUE(until([&] { return peer.pings_answered == 2; })) << "within a request";
}

TEST_F(Http2Test, TakesAnAnswerThatComesBeforeTheRequestHasEnded) {
  peer.manners.answer_early = true;
  peer.manners.read_no_more = true;
  answer = {.headers = {{"grpc-status", "8"}}, .only_trailers = true};
  const auto result = ask({std::string(1'000'000, 'x')});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->trailer("grpc-status"), "8");
  EXPECT_TRUE(until([&] { return !peer.resets.empty(); }));
  EXPECT_THAT(peer.resets, ElementsAre(NGHTTP2_CANCEL)) << "the rest is not sent";
  EXPECT_TRUE(connection->reusable());
  EXPECT_TRUE(ask({}));
}

TEST_F(Http2Test, TellsHowThePeerResetTheStream) {
  for (const auto& [code, name] :
       std::vector<std::pair<std::uint32_t, std::string>>{{NGHTTP2_NO_ERROR, "NO_ERROR"},
                                                          {NGHTTP2_INTERNAL_ERROR, "INTERNAL_ERROR"},
                                                          {NGHTTP2_CANCEL, "CANCEL"},
                                                          {NGHTTP2_REFUSED_STREAM, "REFUSED_STREAM"},
                                                          {NGHTTP2_ENHANCE_YOUR_CALM, "ENHANCE_YOUR_CALM"}}) {
    answer = {.reset = code};
    EXPECT_EQ(failure(), "the peer reset the stream: " + name);
    EXPECT_EQ(connection->safe_to_repeat(), code == NGHTTP2_REFUSED_STREAM) << name;
    EXPECT_TRUE(connection->reusable()) << "a reset stream does not end the connection";
    answer = {.body = "half", .reset_at_end = code};
    const auto result = ask();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->reset_code, code);
    EXPECT_THAT(result->trailers, IsEmpty());
  }
  EXPECT_EQ(peer.connections, 1U);
}

TEST_F(Http2Test, HearsGoaway) {
  ASSERT_TRUE(ask());
  peer.goaway(1, NGHTTP2_ENHANCE_YOUR_CALM, "too_many_pings");
  EXPECT_TRUE(until([&] { return !connection->reusable(); })) << "while idle";
  EXPECT_EQ(failure(), "the peer closes the connection: ENHANCE_YOUR_CALM: too_many_pings");
  EXPECT_TRUE(connection->safe_to_repeat());

  reopen();
  answer.goaway = 1;
  EXPECT_TRUE(ask()) << "one that includes this stream";
  EXPECT_FALSE(connection->reusable());

  reopen();
  answer.goaway = 0;
  EXPECT_EQ(failure(), "the peer closes the connection: NO_ERROR") << "one that excludes it";
  EXPECT_TRUE(connection->safe_to_repeat());
  EXPECT_FALSE(connection->reusable());

  reopen();
  answer.goaway = 1;
  answer.close = true;
  EXPECT_EQ(failure(), "the peer closes the connection: NO_ERROR") << "one that includes it, and the end";
  EXPECT_FALSE(connection->safe_to_repeat()) << "the peer may have acted";
}

TEST_F(Http2Test, HearsGoawayInTheMiddleOfARequest) {
  for (const bool excluded : {false, true}) {
    reopen();
    peer.manners.settings = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0}};
    ASSERT_TRUE(ask({}));
    const auto begun = peer.requests_begun;
    std::optional<Result<Answer>> result;
    test::spawn(io, store_answer(&result));
    ASSERT_TRUE(until([&] { return peer.requests_begun == begun + 1; }));
    // nghttp2's server would not do this: exclude a stream that it has begun, and continue.
    peer.send_raw(
        http2_frame(NGHTTP2_GOAWAY, 0, 0, std::string("\0\0\0", 3) + (excluded ? '\1' : '\3') + std::string(4, '\0')));
    if (!excluded) peer.open_window(3, 1000);
    ASSERT_TRUE(until([&] { return result.has_value(); }));
    EXPECT_EQ(result->has_value(), !excluded);
    if (excluded) {
      EXPECT_EQ(result->error().message, "the peer closes the connection: NO_ERROR");
      EXPECT_TRUE(connection->safe_to_repeat());
    }
  }
}

TEST_F(Http2Test, HearsGoawayBeforeTheRequestCouldBegin) {
  ASSERT_TRUE(ask());
  peer.change_settings({{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 0}});
  ASSERT_TRUE(until([&] { return peer.settings_answered == 2; }));
  std::optional<Result<Answer>> result;
  test::spawn(io, store_answer(&result));
  peer.ping();
  ASSERT_TRUE(until([&] { return peer.pings_answered == 1; }));
  EXPECT_EQ(peer.requests_begun, 1U) << "it waits until it may";
  peer.goaway(1);
  ASSERT_TRUE(until([&] { return result.has_value(); }));
  EXPECT_EQ(result->error().message, "the peer closes the connection: NO_ERROR");
  EXPECT_TRUE(connection->safe_to_repeat());

  reopen();
  peer.manners.raw = http2_frame(NGHTTP2_SETTINGS, 0, 0, "") +
                     http2_frame(NGHTTP2_GOAWAY, 0, 0, std::string("\0\0\0\0\0\0\0\x0b", 8) + "calm\x1b down");
  EXPECT_EQ(failure(), "the peer closes the connection: ENHANCE_YOUR_CALM: calm? down");
}

TEST_F(Http2Test, SendsNothingOnceGoawayWasReadBeforeTheRequest) {
  ASSERT_TRUE(ask());
  peer.goaway(1);  // arrives while the next request is on its way
  EXPECT_EQ(failure(), "the peer closes the connection: NO_ERROR");
  EXPECT_TRUE(connection->safe_to_repeat());
}

TEST_F(Http2Test, SeesThatTheKeptConnectionWasClosed) {
  ASSERT_TRUE(ask());
  peer.close_connection();
  EXPECT_THAT(failure(), AnyOf("the peer closed the connection", "Connection reset by peer", "Broken pipe"));
  EXPECT_TRUE(connection->safe_to_repeat());
  EXPECT_FALSE(connection->reusable());
  reopen();
  ASSERT_TRUE(ask());
  peer.close_connection();
  EXPECT_TRUE(until([&] { return !connection->reusable(); })) << "while idle";
}

TEST_F(Http2Test, EndsAtItsDeadline) {
  peer.manners.silent = true;
  EXPECT_EQ(failure({std::string(1'000'000, 'x')}, std::chrono::milliseconds{1}), "no answer within the deadline");
  EXPECT_FALSE(connection->reusable());
  reopen();
  peer.manners.silent = false;
  answer.hang = true;
  const auto result = ask({"hello"}, std::chrono::milliseconds{1});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::timeout);
  EXPECT_FALSE(connection->safe_to_repeat());
  EXPECT_EQ(failure(), "no answer within the deadline") << "a further request gets the reason of the end";
}

TEST_F(Http2Test, EndsWhenItIsClosed) {
  answer.hang = true;
  std::optional<Result<Answer>> result;
  test::spawn(io, store_answer(&result));
  ASSERT_TRUE(until([&] { return peer.requests.size() == 1; }));
  connection.reset();
  ASSERT_TRUE(until([&] { return result.has_value(); }));
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().code, Code::cancelled);
  EXPECT_EQ(result->error().message, "stopped");
}

TEST_F(Http2Test, SaysWhenThePeerDoesNotSpeakHttp2) {
  struct Row {
    const char* name;
    std::string bytes, error;
  };
  const std::vector<Row> rows{
      {"HTTP/1.1", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
       "the answer is not HTTP/2: the peer speaks HTTP/1"},
      {"garbage", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "the answer is not HTTP/2: SETTINGS expected"},
      {"a frame that is too large",
       http2_frame(NGHTTP2_SETTINGS, 0, 0, "") + std::string("\xFF\xFF\xFF\0\0\0\0\0\1", 9),
       "the answer is not HTTP/2: too large frame size"},
      {"DATA on a stream that is not open",
       http2_frame(NGHTTP2_SETTINGS, 0, 0, "") + http2_frame(NGHTTP2_DATA, 0, 7, "x"),
       "the answer is not HTTP/2: DATA: stream in idle"},
      {"a window beyond its bound",
       http2_frame(NGHTTP2_SETTINGS, 0, 0, "") + http2_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, "\x7F\xFF\xFF\xFF"),
       "the answer is not HTTP/2: FLOW_CONTROL_ERROR"},
      {"a push",
       http2_frame(NGHTTP2_SETTINGS, 0, 0, "") + http2_frame(NGHTTP2_PUSH_PROMISE, 4, 1, std::string("\0\0\0\2", 4)),
       "the answer is not HTTP/2: PUSH_PROMISE: push disabled"},
      {"headers that are not HPACK",
       http2_frame(NGHTTP2_SETTINGS, 0, 0, "") + http2_frame(NGHTTP2_HEADERS, 4, 1, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
       "the answer is not HTTP/2: COMPRESSION_ERROR"},
  };
  for (const auto& row : rows) {
    peer.manners.raw = row.bytes;
    const auto result = ask();
    ASSERT_FALSE(result) << row.name;
    EXPECT_EQ(result.error().message, row.error) << row.name;
    EXPECT_EQ(result.error().code, Code::malformed) << row.name;
    EXPECT_FALSE(connection->reusable()) << row.name;
    EXPECT_FALSE(connection->safe_to_repeat()) << row.name;
    reopen();
  }
}

/// The peer's bytes arrive before the request is submitted, or while it waits for the writer.
TEST_F(Http2Test, GivesTheReasonThatCameBeforeTheRequest) {
  struct Row {
    const char* name;
    std::string bytes, error;
    bool safe_to_repeat = false;
    bool about_stream_1 = false;  ///< which makes sense once the request is sent
  };
  const auto settings = http2_frame(NGHTTP2_SETTINGS, 0, 0, "");
  const std::string code_7("\0\0\0\7", 4);
  const std::vector<Row> rows{
      {"nothing", "", "the peer closed the connection", true},
      {"SETTINGS, and the end", settings, "the peer closed the connection", true},
      {"GOAWAY", settings + http2_frame(NGHTTP2_GOAWAY, 0, 0, std::string("\0\0\0\0\0\0\0\x0b", 8) + "calm"),
       "the peer closes the connection: ENHANCE_YOUR_CALM: calm", true},
      {"HTTP/1.1", "HTTP/1.1 400 Bad Request\r\n\r\n", "the answer is not HTTP/2: the peer speaks HTTP/1"},
      {"garbage", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "the answer is not HTTP/2: SETTINGS expected"},
      {"RST_STREAM", settings + http2_frame(NGHTTP2_RST_STREAM, 0, 1, code_7),
       "the answer is not HTTP/2: RST_STREAM: stream in idle", false, true},
      {"an answer", settings + http2_frame(NGHTTP2_HEADERS, 5, 1, "\x88"),
       "the answer is not HTTP/2: request HEADERS: client received request", false, true},
      {"DATA", settings + http2_frame(NGHTTP2_DATA, 0, 1, "x"), "the answer is not HTTP/2: DATA: stream in idle", false,
       true},
      {"a window of a stream", settings + http2_frame(NGHTTP2_WINDOW_UPDATE, 0, 1, code_7),
       "the answer is not HTTP/2: WINDOW_UPDATE to idle stream", false, true},
      {"a window beyond its bound", settings + http2_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, "\x7F\xFF\xFF\xFF"),
       "the answer is not HTTP/2: FLOW_CONTROL_ERROR"},
      {"a push", settings + http2_frame(NGHTTP2_PUSH_PROMISE, 4, 1, std::string("\0\0\0\2", 4)),
       "the answer is not HTTP/2: PUSH_PROMISE: push disabled"},
      {"a frame that is too large", settings + std::string("\xFF\xFF\xFF\0\0\0\0\0\1", 9),
       "the answer is not HTTP/2: too large frame size"},
  };
  for (const auto& row : rows) {
    for (const bool settled : {false, true}) {
      if (row.about_stream_1 && !settled) continue;  // whether it comes first is a matter of luck
      peer.manners.raw = row.bytes;
      open();
      if (settled) ASSERT_TRUE(until([&] { return !connection->reusable(); })) << row.name;
      EXPECT_EQ(failure(), row.error) << row.name << (settled ? ", before" : ", meanwhile");
      EXPECT_FALSE(connection->reusable()) << row.name;
      if (settled) EXPECT_EQ(connection->safe_to_repeat(), row.safe_to_repeat) << row.name;
      reopen();
    }
  }
}

TEST_F(Http2Test, SendsARequestWithoutABodyThroughAClosedWindow) {
  peer.manners.settings = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0}};
  open();
  ASSERT_TRUE(until([&] { return peer.settings_answered == 1; })) << "the window is known before the request";
  EXPECT_EQ(failure({}, std::chrono::seconds{2}), "answered");
  EXPECT_EQ(failure({"", ""}, std::chrono::seconds{2}), "answered");
}

TEST_F(Http2Test, RefusesAnAnswerWithoutSense) {
  peer.manners.raw.reset();
  for (const auto& headers : {Http2Headers{{"Upper", "case"}}, Http2Headers{{"connection", "close"}}}) {
    decide = [&](const Http2Request&) {
      // :status 200 from HPACK's static table, then a literal header that nghttp2's server side would not send.
      std::string block{"\x88"};
      for (const auto& text : {std::string(1, '\0'), headers[0].first, headers[0].second}) {
        if (text.size() > 1) block.push_back(static_cast<char>(text.size()));
        block.append(text);
      }
      peer.send_raw(http2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 1, block));
      return Http2Answer{.hang = true};
    };
    EXPECT_EQ(failure(), "the answer is not HTTP/2: PROTOCOL_ERROR") << headers[0].first;
    reopen();
  }
}

TEST_F(Http2Test, DoesNotGrowWithWhatAPeerAsksAndDoesNotRead) {
  std::string pings;
  for (int i = 0; i < 10'000; ++i)
    pings += http2_frame(NGHTTP2_PING, 0, 0, "12345678");
  peer.manners.raw = http2_frame(NGHTTP2_SETTINGS, 0, 0, "") + pings;
  EXPECT_EQ(failure(), "the answer is not HTTP/2: Flooding was detected in this HTTP/2 session, and it must be closed");
}

TEST_F(Http2Test, FailsWhereverThePeerResetsTheConnection) {
  ASSERT_TRUE(ask({std::string(200, 'x')}));
  const auto whole = peer.bytes_received;
  ASSERT_GT(whole, 250U);
  for (std::size_t at = 0; at < whole; ++at) {
    reopen();
    peer.manners.reset_after = at;
    const auto answered = peer.requests.size();
    const auto result = ask({std::string(200, 'x')});
    if (result) {  // what came after the request was acknowledgement only
      EXPECT_GT(peer.requests.size(), answered) << at;
      continue;
    }
    EXPECT_EQ(result.error().code, Code::unreachable) << at << ": " << result.error().message;
    EXPECT_FALSE(connection && connection->safe_to_repeat()) << at << ": a fresh connection was not closed before";
    reopen();
    peer.manners.reset_after.reset();
    EXPECT_TRUE(ask()) << at;
  }
}

TEST_F(Http2Test, FailsWhereverTheAnswerEnds) {
  // SETTINGS, :status 200 from HPACK's static table, a body, a trailer.
  const auto whole = http2_frame(NGHTTP2_SETTINGS, 0, 0, "") +
                     http2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1, "\x88") +
                     http2_frame(NGHTTP2_DATA, 0, 1, "world") +
                     http2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 1,
                                 std::string("\0\x01t\x01", 4) + "1");
  decide = [&](const Http2Request&) { return Http2Answer{.hang = true}; };
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    reopen();
    peer.manners.raw = whole.substr(0, cut);
    const auto result = ask();
    EXPECT_EQ(result.has_value(), cut == whole.size()) << cut;
    if (result) EXPECT_EQ(result->body + std::string{result->trailer("t")}, "world1");
    if (!result) EXPECT_EQ(result.error().code, Code::unreachable) << cut << ": " << result.error().message;
  }
}

}  // namespace
}  // namespace cspy::net::http2
