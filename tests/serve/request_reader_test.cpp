// Finding requests in bytes, however they are cut. tests/serve/server_test.cpp has the refusals.
#include "serve/request_reader.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cspy::serve {
namespace {

using namespace std::chrono_literals;
using Step = RequestReader::Step;

constexpr std::string_view three =
    "\r\nGET /a?b=c HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n"
    "POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nGET / HTTP/1\r\n"
    "HEAD http://x:80?e HTTP/1.0\r\n\r\n";

std::vector<std::string> read_in_steps(std::string_view bytes, std::size_t step_bytes) {
  RequestReader reader;
  std::vector<std::string> found;
  std::string buffer;
  for (std::size_t at = 0; at < bytes.size(); at += step_bytes) {
    buffer.append(bytes.substr(at, step_bytes));
    Step step{};
    while ((step = reader.read(buffer)) == Step::request) {
      const auto& request = reader.request();
      const auto* const method = request.method == Method::get ? "GET" : request.method == Method::head ? "HEAD" : "?";
      found.push_back(std::string{method} + " " + request.path + " " + request.query + " " + request.accept);
    }
    if (step == Step::refused) {
      found.push_back(std::to_string(reader.refusal().status));
      break;
    }
  }
  return found;
}

TEST(RequestReader, FindsTheSameRequestsHoweverTheBytesAreCut) {
  const std::vector<std::string> expected{"GET /a b=c text/html", "? /d  ", "400"};
  const std::vector<std::string> without_rest{"GET /a b=c text/html", "? /d  "};
  const std::string whole{three};
  auto good = whole;
  good.erase(good.find("GET / HTTP/1") + 11, 1);
  for (std::size_t step = 1; step <= good.size(); ++step) {
    EXPECT_EQ(read_in_steps(good, step), (std::vector<std::string>{"GET /a b=c text/html", "? /d  ", "HEAD / e "}))
        << step;
    EXPECT_EQ(read_in_steps(whole, step), expected) << step;
  }
}

TEST(RequestReader, StopsAtARefusal) {
  RequestReader reader;
  std::string bytes{"broken\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"};
  EXPECT_EQ(reader.read(bytes), Step::refused);
  EXPECT_EQ(reader.read(bytes), Step::refused);
  EXPECT_EQ(reader.refusal().status, 400U);
}

TEST(RequestReader, RefusesAHeaderThatNeverEnds) {
  RequestReader reader{256};
  std::string bytes;
  for (int i = 0; i < 1'000; ++i) {
    bytes.append(i == 0 ? "GET / HTTP/1.1\r\n" : "a: b\r\n");
    if (reader.read(bytes) == Step::refused) break;
    ASSERT_LE(bytes.size(), 256U + 8U);
  }
  EXPECT_EQ(reader.refusal().status, 431U);
}

TEST(ScrapeTimeout, IsAPositiveNumberOfSeconds) {
  EXPECT_EQ(parse_scrape_timeout("10"), 10s);
  EXPECT_EQ(parse_scrape_timeout("9.5"), 9'500ms);
  EXPECT_EQ(parse_scrape_timeout("1e9"), 1h);
  for (const auto* const text : {"", "0", "-1", "nan", "1s", " 1", "abc", "0.0001"})
    EXPECT_EQ(parse_scrape_timeout(text), std::nullopt) << text;
  EXPECT_EQ(parse_scrape_timeout("inf"), 1h);
}

}  // namespace
}  // namespace cspy::serve
