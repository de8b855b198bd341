#include "base/text.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

TEST(Text, IsTrimmed) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \r\n"), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Text, IsLoweredInAsciiOnly) {
  EXPECT_EQ(lowered("AZ[@ \xC3\x9C"), "az[@ \xC3\x9C");
  EXPECT_EQ(uppered("cspy_Metrics-1\xC3\xA4"), "CSPY_METRICS-1\xC3\xA4");
}

TEST(Text, IsPercentDecoded) {
  EXPECT_EQ(percent_decoded("a%20b%2c%2C%00"), std::string("a b,,\0", 6));
  for (const auto* text : {"%", "%2", "a%2", "%g0", "%0g", "%%20"})
    EXPECT_EQ(percent_decoded(text), std::nullopt) << text;
}

}  // namespace
}  // namespace cspy
