#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

TEST(Utf8, LeavesValidTextAlone) {
  EXPECT_EQ(repair_utf8("k\xC3\xA4se \xE2\x82\xAC \xF0\x9F\x90\xB3", 100), "k\xC3\xA4se \xE2\x82\xAC \xF0\x9F\x90\xB3");
  EXPECT_EQ(repair_utf8("", 100), "");
}

TEST(Utf8, ReplacesEachByteThatIsNoCharacter) {
  const std::string bad{"\xEF\xBF\xBD"};
  EXPECT_EQ(repair_utf8("a\xFFz", 100), "a" + bad + "z");
  EXPECT_EQ(repair_utf8("\x80", 100), bad) << "a continuation without a beginning";
  EXPECT_EQ(repair_utf8("\xC3", 100), bad) << "a beginning without its end";
  EXPECT_EQ(repair_utf8("\xC0\x80", 100), bad + bad) << "an over-long form";
  EXPECT_EQ(repair_utf8("\xE0\x80\x80", 100), bad + bad + bad) << "an over-long form of three";
  EXPECT_EQ(repair_utf8("\xED\xA0\x80", 100), bad + bad + bad) << "a surrogate";
  EXPECT_EQ(repair_utf8("\xF4\x90\x80\x80", 100), bad + bad + bad + bad) << "beyond U+10FFFF";
}

TEST(Utf8, CutsBetweenCharacters) {
  EXPECT_EQ(repair_utf8("k\xC3\xA4se", 2), "k");
  EXPECT_EQ(repair_utf8("k\xC3\xA4se", 3), "k\xC3\xA4");
  EXPECT_EQ(repair_utf8("\xFF\xFF", 4), "\xEF\xBF\xBD");
}

TEST(Utf8, ShowsControlCharactersAsQuestionMarks) {
  EXPECT_EQ(printable("a\nb\x1b[2J", 100), "a?b?[2J");
  EXPECT_EQ(printable("a\xC2\x9B"
                      "2J\xC2\xA0",
                      100),
            "a?2J\xC2\xA0")
      << "the same command in one character";
}

}  // namespace
}  // namespace cspy
