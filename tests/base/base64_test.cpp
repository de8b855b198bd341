#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cspy {
namespace {

TEST(Base64Decoder, TakesItWithAndWithoutPadding) {
  // RFC 4648, section 10.
  const std::vector<std::pair<std::string, std::optional<std::string>>> rows{
      {"", ""},
      {"Zg==", "f"},
      {"Zg", "f"},
      {"Zm8=", "fo"},
      {"Zm8", "fo"},
      {"Zm9v", "foo"},
      {"Zm9vYg", "foob"},
      {"Zm9vYmE=", "fooba"},
      {"Zm9vYmFy", "foobar"},
      {"+/+/", "\xfb\xff\xbf"},
      {"A", std::nullopt},
      {"Zg=", std::nullopt},
      {"Zg===", std::nullopt},
      {"-_-_", std::nullopt},
      {"Zm 9v", std::nullopt},
      {"=", std::nullopt},
      {"====", std::nullopt},
      {"Zg==Zg==", std::nullopt},
  };
  for (const auto& [text, decoded] : rows)
    EXPECT_EQ(decode_base64(text), decoded) << text;
}

TEST(Base64Encoder, WritesWhatTheStandardSays) {
  // RFC 4648, section 10.
  EXPECT_EQ(encode_base64(""), "");
  EXPECT_EQ(encode_base64("f"), "Zg==");
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  EXPECT_EQ(encode_base64("foo"), "Zm9v");
  EXPECT_EQ(encode_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(encode_base64("\xfb\xff\xbf"), "+/+/");
}

}  // namespace
}  // namespace cspy
