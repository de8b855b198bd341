// How an answer is framed, and its header. tests/serve/server_test.cpp has whole answers.
#include "serve/head.hpp"

#include <gtest/gtest.h>

namespace cspy::serve {
namespace {

Response with_source() {
  return {.body = {}, .source = [](std::string&) { return false; }};
}

TEST(Head, WritesDatesAsHttpDoes) {
  EXPECT_EQ(http_date(784'111'777ULL * nanos_per_second), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(1'709'251'199'999'999'999), "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST(Head, FramesABodyForItsClient) {
  const Request modern{.path = "/"};
  const Request old{.http_1_0 = true, .path = "/"};
  EXPECT_EQ(delivery_of(modern, with_source(), true, true).framing, Framing::chunked);
  EXPECT_TRUE(delivery_of(modern, with_source(), true, true).keep_alive);
  EXPECT_EQ(delivery_of(old, with_source(), true, true).framing, Framing::until_close);
  EXPECT_FALSE(delivery_of(old, with_source(), true, true).keep_alive);
  EXPECT_EQ(delivery_of(old, {.body = "x"}, true, true).framing, Framing::length);
  EXPECT_EQ(delivery_of(modern, {.status = 304}, true, true).framing, Framing::none);
}

TEST(Head, DoesNotCompressTwice) {
  const Request request{.path = "/", .accept_encoding = "gzip"};
  auto response = with_source();
  EXPECT_TRUE(delivery_of(request, response, true, true).gzip);
  EXPECT_FALSE(delivery_of(request, response, false, true).gzip);
  response.headers.emplace_back("Content-Encoding", "gzip");
  EXPECT_FALSE(delivery_of(request, response, true, true).gzip);
}

}  // namespace
}  // namespace cspy::serve
