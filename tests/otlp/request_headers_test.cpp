#include "otlp/request_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/log_capture.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::otlp {
namespace {

using test::replace_file;
using testing::ElementsAre;
using testing::IsEmpty;

struct RequestHeadersTest : testing::Test {
  test::TempDir folder;
  std::string path = folder.file("headers");
  test::LogCapture capture;
};

TEST_F(RequestHeadersTest, MergesTheFileOverTheFixedOnes) {
  replace_file(path, "# who we are\nauthorization=Bearer%20two\n\n  # more\nx-b=2,x-c=3\r\nx-d=4");
  RequestHeaders headers{{{"authorization", "Bearer one"}, {"x-a", "1"}}, path, capture.log};
  EXPECT_EQ(headers.current(),
            (KeyValues{{"authorization", "Bearer two"}, {"x-a", "1"}, {"x-b", "2"}, {"x-c", "3"}, {"x-d", "4"}}));
  EXPECT_THAT(capture.lines, IsEmpty());
}

TEST_F(RequestHeadersTest, ReadsTheFileAgainWhenItHasChanged) {
  replace_file(path, "a=1");
  RequestHeaders headers{{}, path, capture.log};
  EXPECT_EQ(headers.current(), (KeyValues{{"a", "1"}}));
  replace_file(path, "a=2\nb=3");
  EXPECT_EQ(headers.current(), (KeyValues{{"a", "2"}, {"b", "3"}}));
  replace_file(path, "b=3");
  EXPECT_EQ(headers.current(), (KeyValues{{"b", "3"}})) << "what is not in it any more is gone";
}

TEST_F(RequestHeadersTest, KeepsTheLastOnesWithOneWarningWithoutTheSecret) {
  replace_file(path, "a=1");
  RequestHeaders headers{{}, path, capture.log};
  EXPECT_EQ(headers.current().size(), 1U);
  for (const auto* broken : {"a=1\ns3cret", "a=s3cret%", "host=s3cret", "a=s3cret%00", "s3 cret=s3cret"}) {
    replace_file(path, broken);
    EXPECT_EQ(headers.current(), (KeyValues{{"a", "1"}})) << broken;
    EXPECT_EQ(headers.current(), (KeyValues{{"a", "1"}})) << broken;
  }
  const auto line = [&](const std::string& error) {
    return "level=warn msg=\"cannot use the file of headers: its last valid headers are kept\" file=" + path +
           " error=\"" + error + "\"";
  };
  EXPECT_THAT(capture.lines,
              ElementsAre(line("line 2: entry 1 has no '=': expected KEY=VALUE[,KEY=VALUE...]"),
                          line("line 1: the value of entry 1 is not percent-encoded UTF-8: write '%' as %25"),
                          line("line 1: ContainerSpy sets the header 'host' itself"),
                          line("line 1: the value of 'a' has characters that are not allowed in a header"),
                          line("line 1: invalid header name: expected NAME=VALUE[,NAME=VALUE...]")));
  EXPECT_EQ(capture.count("s3cret"), 0U);
}

TEST_F(RequestHeadersTest, SaysOnceThatTheFileIsNotThere) {
  RequestHeaders headers{{{"a", "1"}}, path, capture.log};
  EXPECT_EQ(headers.current(), (KeyValues{{"a", "1"}}));
  EXPECT_EQ(headers.current(), (KeyValues{{"a", "1"}}));
  EXPECT_THAT(capture.lines,
              ElementsAre("level=warn msg=\"cannot use the file of headers: its last valid headers are kept\" file=" +
                          path + " error=\"No such file or directory\""));
  replace_file(path, "a=2");
  EXPECT_EQ(headers.current(), (KeyValues{{"a", "2"}}));
}

}  // namespace
}  // namespace cspy::otlp
