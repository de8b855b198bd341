#include "base/header_list.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

TEST(ParseHeaders, MakesNamesLowerCase) {
  EXPECT_EQ(parse_headers("Authorization=Bearer%20abc,X-Scope-OrgID=team"),
            (KeyValues{{"authorization", "Bearer abc"}, {"x-scope-orgid", "team"}}));
  EXPECT_EQ(parse_headers("A=1,a=2"), (KeyValues{{"a", "2"}})) << "names that differ in case only are one";
}

TEST(ParseHeaders, RefusesWhatWouldBreakOrContradictTheRequest) {
  const auto message = [](std::string_view text) { return parse_headers(text).error().message; };
  for (const auto* text : {"a b=s3cret", "a%0D%0Ab=s3cret", ":path=s3cret", "Authorization: Bearer s3cret=="})
    EXPECT_EQ(message(text), "invalid header name: expected NAME=VALUE[,NAME=VALUE...]");
  EXPECT_EQ(message("a=s3cret%0D%0AX: y"), "the value of 'a' has characters that are not allowed in a header");
  EXPECT_EQ(message("a=s3cret%C3%BC"), "the value of 'a' has characters that are not allowed in a header");
  for (const auto* name : {"Host", "Content-Type", "content-length", "Transfer-Encoding", "Connection", "TE",
                           "Proxy-Authorization", "grpc-timeout", "Content-Encoding", "Upgrade", "Expect"}) {
    ASSERT_FALSE(parse_headers(std::string{name} + "=s3cret")) << name;
    EXPECT_TRUE(message(std::string{name} + "=s3cret").starts_with("ContainerSpy sets the header '")) << name;
    EXPECT_FALSE(message(std::string{name} + "=s3cret").contains("s3cret")) << name;
  }
}

}  // namespace
}  // namespace cspy
