#include "base/key_values.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

TEST(ParseKeyValues, ReadsWhatOpenTelemetryWrites) {
  EXPECT_EQ(parse_key_values("key1=value1,key2=value2"), (KeyValues{{"key1", "value1"}, {"key2", "value2"}}));
  EXPECT_EQ(parse_key_values(" key1 = value1 ,\tkey2=a b "), (KeyValues{{"key1", "value1"}, {"key2", "a b"}}));
  EXPECT_EQ(parse_key_values("list=a%2Cb%3Dc%25,unicode=%C3%BC"),
            (KeyValues{{"list", "a,b=c%"}, {"unicode", "\xC3\xBC"}}));
  EXPECT_EQ(parse_key_values("token=abc=="), (KeyValues{{"token", "abc=="}})) << "only the first '=' parts";
  EXPECT_EQ(parse_key_values(""), KeyValues{});
  EXPECT_EQ(parse_key_values("a=1,,b=2,"), (KeyValues{{"a", "1"}, {"b", "2"}}));
}

TEST(ParseKeyValues, LetsALaterValueReplaceAnEarlierOne) {
  EXPECT_EQ(parse_key_values("a=1,b=2,a=3"), (KeyValues{{"a", "3"}, {"b", "2"}}));
}

TEST(ParseKeyValues, SaysWhichEntryIsWrongButNotItsValue) {
  const auto message = [](std::string_view text) { return parse_key_values(text).error().message; };
  EXPECT_EQ(message("a=1,s3cret"), "entry 2 has no '=': expected KEY=VALUE[,KEY=VALUE...]");
  EXPECT_EQ(message("=s3cret"), "entry 1 has an invalid key: expected KEY=VALUE[,KEY=VALUE...]");
  EXPECT_EQ(message("%FF=s3cret"), "entry 1 has an invalid key: expected KEY=VALUE[,KEY=VALUE...]");
  for (const auto* value : {"s3cret%", "s3cret%2", "s3cret%zz", "s3cret%FF"})
    EXPECT_EQ(message(std::string{"k="} + value),
              "the value of entry 1 is not percent-encoded UTF-8: write '%' as %25");
  EXPECT_FALSE(parse_key_values(std::string(256, 'k') + "=v"));
}

}  // namespace
}  // namespace cspy
