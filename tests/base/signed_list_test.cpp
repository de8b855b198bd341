#include "base/signed_list.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cspy {
namespace {

std::string shown(std::string_view list) {
  const auto words = parse_signed_list(list, 8);
  if (!words) return words.error().message;
  std::string text;
  for (const auto& word : *words)
    text.append(word.has_sign ? "s" : "")
        .append(word.take ? "+" : "-")
        .append(word.text)
        .append(word.is_none() ? "!" : "")
        .append(" ");
  return text;
}

TEST(SignedList, HasWordsWithTheirSigns) {
  EXPECT_EQ(shown("a,+b,-c,!d"), "+a s+b s-c s-d ");
  EXPECT_EQ(shown(" a ,, - b ,"), "+a s-b ");
  EXPECT_EQ(shown("none,-none"), "+none! s-none ");
  EXPECT_EQ(shown(" , "), "");
}

TEST(SignedList, RefusesASignAloneAndALongText) {
  EXPECT_EQ(shown("a,-"), "nothing follows '-'");
  EXPECT_EQ(shown("! ,a"), "nothing follows '!'");
  EXPECT_EQ(shown("12345678"), "+12345678 ");
  EXPECT_EQ(shown("-123456789"), "'123456789...' is longer than 8 bytes");
}

}  // namespace
}  // namespace cspy
