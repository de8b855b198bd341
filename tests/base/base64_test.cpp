#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <array>

namespace cspy {
namespace {

// RFC 4648, section 10, and bytes whose digits are the last two of the alphabet.
struct Vector {
  std::string_view text, bytes;
};
constexpr std::array vectors{
    Vector{"", ""},
    Vector{"Zg==", "f"},
    Vector{"Zm8=", "fo"},
    Vector{"Zm9v", "foo"},
    Vector{"Zm9vYg==", "foob"},
    Vector{"Zm9vYmE=", "fooba"},
    Vector{"Zm9vYmFy", "foobar"},
    Vector{"+/+/", "\xfb\xff\xbf"},
};

TEST(Base64, WritesAndReadsWhatTheStandardSays) {
  for (const auto& [text, bytes] : vectors) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes) << text;
    EXPECT_EQ(decode_base64(text.substr(0, text.find('='))), bytes) << text << " without padding";
  }
}

TEST(Base64, RefusesWhatIsNone) {
  for (const std::string_view text : {"A", "Zg=", "Zg===", "-_-_", "Zm 9v", "=", "====", "Zg==Zg=="})
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
}

}  // namespace
}  // namespace cspy
