#include "net/http2_exchange.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/limits.hpp"

namespace cspy::net::http2 {
namespace {

TEST(Http2Exchange, HandsTheBodyOutInPiecesOfAnySize) {
  const std::vector<std::string_view> pieces{"", "prefix", "", "the message", ""};
  for (std::size_t step = 1; step <= 20; ++step) {
    Exchange exchange{.body = pieces};
    std::string sent;
    std::string buffer(step, '\0');
    while (!exchange.body.empty()) {
      const auto filled = exchange.take_body(buffer);
      ASSERT_TRUE(filled > 0 || exchange.body.empty()) << step;
      sent.append(buffer, 0, filled);
    }
    EXPECT_EQ(sent, "prefixthe message") << step;
  }
}

TEST(Http2Exchange, TellsHeadersFromTrailers) {
  Exchange exchange;
  EXPECT_TRUE(exchange.add_header(":status", "103"));
  EXPECT_TRUE(exchange.add_header("link", "x"));
  exchange.end_headers(false);
  EXPECT_FALSE(exchange.has_headers);
  EXPECT_TRUE(exchange.add_header(":status", "200"));
  EXPECT_TRUE(exchange.add_header("a", "1"));
  EXPECT_TRUE(exchange.add_header("a", "2"));
  exchange.end_headers(false);
  EXPECT_TRUE(exchange.add_header("a", "3"));
  exchange.end_headers(true);
  EXPECT_EQ(exchange.answer.status, 200U);
  EXPECT_EQ(exchange.answer.header("a"), "1") << "the first";
  EXPECT_EQ(exchange.answer.header("link"), "") << "of the interim answer";
  EXPECT_EQ(exchange.answer.trailer("a"), "3");
}

TEST(Http2Exchange, BoundsTheAnswerToTheByte) {
  Exchange exchange{.body_bytes_max = 5};
  EXPECT_TRUE(exchange.add_data("hell"));
  EXPECT_TRUE(exchange.add_data("o"));
  EXPECT_TRUE(exchange.add_data(""));
  EXPECT_FALSE(exchange.add_data("!"));
  ASSERT_TRUE(exchange.failure);
  EXPECT_EQ(exchange.failure->message, "the answer is larger than 5 bytes");

  // Each counts 32 bytes more than it has.
  Exchange headers;
  EXPECT_TRUE(headers.add_header("x", std::string(limits::http2_header_bytes_max - 33 - 33, 'x')));
  EXPECT_TRUE(headers.add_header("y", ""));
  EXPECT_FALSE(headers.add_header("", ""));
  ASSERT_TRUE(headers.failure);
  EXPECT_EQ(headers.failure->message, "the answer's header is larger than 16384 bytes");
}

TEST(Http2Exchange, MayBeRepeatedOnlyWhereThePeerHasNotActed) {
  const Error away{Code::unreachable, "the peer closed the connection"};
  struct Row {
    const char* name;
    Exchange exchange;
    bool safe;
  };
  const std::vector<Row> rows{
      {"not sent", {.failure = away}, true},
      {"sent on a fresh connection", {.sent = true, .failure = away}, false},
      {"sent on a kept one that was silent", {.kept = true, .sent = true, .failure = away}, true},
      {"sent on a kept one that still worked", {.kept = true, .sent = true, .received = true, .failure = away}, false},
      {"refused", {.sent = true, .received = true, .refused = true, .failure = away}, true},
      {"answered in part", {.sent = true, .received = true, .began = true, .refused = true, .failure = away}, false},
      {"late", {.kept = true, .failure = Error{Code::timeout, ""}}, false},
      {"answered", {.kept = true}, false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(row.exchange.safe_to_repeat(), row.safe) << row.name;
}

TEST(Http2Exchange, EndsOnce) {
  Exchange exchange;
  exchange.end(std::nullopt);
  exchange.end(Error{Code::unreachable, "the peer closed the connection"});
  EXPECT_TRUE(exchange.ended);
  EXPECT_FALSE(exchange.failure) << "an error after the answer does not revoke it";
}

}  // namespace
}  // namespace cspy::net::http2
