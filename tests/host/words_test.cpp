#include "host/words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cspy::host {
namespace {

TEST(Words, AreWhatIsBetweenBlanks) {
  Words words{"  eth0:\t12  x\r"};
  EXPECT_EQ(words.next(), "eth0:");
  EXPECT_EQ(words.next(), "12");
  EXPECT_EQ(words.next(), "x");
  EXPECT_EQ(words.next(), "");
  words.skip(2);
  EXPECT_EQ(words.next(), "");
}

TEST(Words, AreNumbersOnlyAsAWhole) {
  EXPECT_EQ(to_number("18446744073709551615"), 18'446'744'073'709'551'615U);
  EXPECT_EQ(to_number("18446744073709551616"), std::nullopt);
  EXPECT_EQ(to_number("-1"), std::nullopt);
  EXPECT_EQ(to_number<std::int64_t>("-1"), -1);
  EXPECT_EQ(to_number("0A", 16), 10U);
  EXPECT_EQ(to_number("12a"), std::nullopt);
  EXPECT_EQ(to_number(""), std::nullopt);
}

TEST(Words, LinesNeedNoBreakAtTheEnd) {
  std::vector<std::string> lines;
  for_each_line("a\n\nb", [&](std::string_view line) { lines.emplace_back(line); });
  EXPECT_THAT(lines, testing::ElementsAre("a", "", "b"));
}

}  // namespace
}  // namespace cspy::host
