#include "base/amount.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace cspy {
namespace {

using std::chrono::milliseconds;

TEST(Amount, ReadsDurations) {
  const std::vector<std::pair<const char*, std::int64_t>> valid{
      {"0", 0},          {"1500", 1'500},   {"500ms", 500},       {"10s", 10'000},
      {"1m30s", 90'000}, {"1h", 3'600'000}, {"1d2h", 93'600'000}, {" 90 s ", 90'000},
      {"1m0s", 60'000},  {"120s", 120'000}, {"1h1ms", 3'600'001}, {"007s", 7'000},
  };
  for (const auto& [text, expected] : valid) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration) << text << ": " << duration.error().message;
    EXPECT_EQ(*duration, milliseconds{expected}) << text;
  }
}

TEST(Amount, SaysWhatIsWrongWithADuration) {
  const std::vector<std::pair<const char*, const char*>> invalid{
      {"", "no number"},
      {"s", "no number before 's'"},
      {"+5s", "no number before '+5s'"},
      {"-5s", "a negative number"},
      {"1m-5s", "unknown unit 'm-' (known: d, h, m, s, ms)"},
      {"1.5s", "a fraction"},
      {"1m30", "no unit after the last number, 30"},
      {"10 5", "no unit after the last number, 5"},
      {"10sec", "unknown unit 'sec' (known: d, h, m, s, ms)"},
      {"10S", "unknown unit 'S' (known: d, h, m, s, ms)"},
      {"10w", "unknown unit 'w' (known: d, h, m, s, ms)"},
      {"30s1m", "the unit m after s"},
      {"1s1s", "the unit s after s"},
      {"106751991168d", "too long"},
      {"9223372036854775807s", "too long"},
      {"99999999999999999999h", "too long"},
      {"1s9223372036854775807ms", "too long"},
      {"5\x1b[31m", "unknown unit '?[' (known: d, h, m, s, ms)"},
  };
  for (const auto& [text, expected] : invalid) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_EQ(duration.error().message, expected) << text;
    EXPECT_EQ(duration.error().code, Code::invalid);
  }
  EXPECT_EQ(parse_duration("99999999999999999999"), milliseconds::max()) << "beyond every limit, and no wrong number";
}

TEST(Amount, ReadsSizes) {
  const std::vector<std::pair<const char*, std::int64_t>> valid{
      {"0", 0},
      {"33554432", 33'554'432},
      {"32MiB", 33'554'432},
      {"512KiB", 524'288},
      {"1GiB", 1LL << 30},
      {"2TiB", 2LL << 40},
      {"10MB", 10'000'000},
      {"64kB", 64'000},
      {"64KB", 64'000},
      {"5gb", 5'000'000'000},
      {"1TB", 1'000'000'000'000},
      {" 7 B ", 7},
  };
  for (const auto& [text, expected] : valid) {
    const auto size = parse_size(text);
    ASSERT_TRUE(size) << text << ": " << size.error().message;
    EXPECT_EQ(*size, expected) << text;
  }
}

TEST(Amount, SaysWhatIsWrongWithASize) {
  const std::vector<std::pair<const char*, const char*>> invalid{
      {"", "no number"},
      {"MiB", "no number before 'MiB'"},
      {"-1", "a negative number"},
      {"1.5GiB", "a fraction"},
      {"32m", "unknown unit 'm' (known: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB)"},
      {"1GiB5MiB", "unknown unit 'GiB5MiB' (known: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB)"},
      {"8388608TiB", "too large"},
      {"99999999999999999999MB", "too large"},
  };
  for (const auto& [text, expected] : invalid) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().message, expected) << text;
  }
}

TEST(Amount, IsShownAsItIsRead) {
  const std::vector<std::pair<milliseconds, const char*>> durations{
      {milliseconds{0}, "0s"},          {milliseconds{100}, "100ms"},       {milliseconds{90'000}, "1m30s"},
      {milliseconds{86'400'000}, "1d"}, {milliseconds{3'600'001}, "1h1ms"},
  };
  for (const auto& [duration, expected] : durations) {
    EXPECT_EQ(duration_text(duration), expected);
    EXPECT_EQ(parse_duration(expected), duration);
  }
  const std::vector<std::pair<std::int64_t, const char*>> sizes{
      {0, "0B"}, {1'000, "1kB"}, {1'023, "1023B"}, {65'536, "64KiB"}, {33'554'432, "32MiB"}, {4LL << 30, "4GiB"},
  };
  for (const auto& [size, expected] : sizes) {
    EXPECT_EQ(size_text(size), expected);
    EXPECT_EQ(parse_size(expected), size);
  }
}

}  // namespace
}  // namespace cspy
