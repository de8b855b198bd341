#include "base/time.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

TEST(Rfc3339, ReadsWhatEnginesWrite) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0U);
  EXPECT_EQ(parse_rfc3339("2026-11-23T01:54:33.327522Z"), 1'795'398'873'327'522'000U);
  EXPECT_EQ(parse_rfc3339("2026-11-23T01:54:33.327522001Z"), 1'795'398'873'327'522'001U);
  EXPECT_EQ(parse_rfc3339("2026-11-23T03:54:33.3+02:00"), 1'795'398'873'300'000'000U);
  EXPECT_EQ(parse_rfc3339("2026-11-22T23:24:33-02:30"), 1'795'398'873'000'000'000U);
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z"), 1'709'164'800'000'000'000U);
}

TEST(Rfc3339, TakesGosZeroTimeForNever) {
  EXPECT_EQ(parse_rfc3339("0001-01-01T00:00:00Z"), 0U);
}

TEST(Rfc3339, CutsDigitsBeyondNanoseconds) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.1234567891Z"), 123'456'789U);
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const auto* text :
       {"", "Z", "2026-11-23", "2026-11-23T01:54:33", "2026-13-23T01:54:33Z", "2026-02-30T00:00:00Z",
        "2026-11-23T24:00:00Z", "2026-11-23T01:60:00Z", "2026-11-23T01:54:33.Z", "2026-11-23T01:54:33Zz",
        "2026-11-23T01:54:33+2:00", "9999-01-01T00:00:00Z", "+026-11-23T01:54:33Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(Rfc3339, IsWrittenWithMilliseconds) {
  EXPECT_EQ(format_rfc3339(1'795'398'873'327'522'000), "2026-11-23T01:54:33.327Z");
}

}  // namespace
}  // namespace cspy
