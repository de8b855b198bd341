// The JSON5 standard's rules, section by section: what must be read, and what must be refused and how.
#include "app/json5.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/json_writer.hpp"

namespace cspy::json5 {
namespace {

/// A value as plain JSON, so that expectations can be read.
std::string show(const Value& value) {
  struct Show {
    std::string operator()(Null) const { return "null"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t whole) const { return fmt::format("{}", whole); }
    std::string operator()(double real) const { return fmt::format("{}", real); }
    std::string operator()(const std::string& text) const {
      std::string out;
      json::append_string(out, text);
      return out;
    }
    std::string operator()(const Array& array) const {
      std::string out{"["};
      for (const auto& element : array)
        out.append(out.size() > 1 ? "," : "").append(show(element));
      return out + "]";
    }
    std::string operator()(const Object& object) const {
      std::string out{"{"};
      for (const auto& member : object)
        out.append(out.size() > 1 ? "," : "").append((*this)(member.key)).append(":").append(show(member.value));
      return out + "}";
    }
  };
  return std::visit(Show{}, value.data);
}

std::string read(std::string_view text) {
  const auto value = parse(text);
  return value ? show(*value) : value.error().message;
}

TEST(Json5Objects, TakeUnquotedKeysAndTrailingCommas) {
  EXPECT_EQ(read("{}"), "{}");
  EXPECT_EQ(read("{a:1,'b':2,\"c\":3,}"), R"({"a":1,"b":2,"c":3})");
  EXPECT_EQ(read("{$_1:1,null:2,while:3}"), R"({"$_1":1,"null":2,"while":3})") << "reserved words are names";
  EXPECT_EQ(read("{\xC3\xA4\xC3\x9F:1}"), "{\"\xC3\xA4\xC3\x9F\":1}") << "letters of any alphabet";
  EXPECT_EQ(read(R"({\u0061b:1,c\u0031:2})"), R"({"ab":1,"c1":2})");
  EXPECT_EQ(read("{a\xE2\x80\x8D:1}"), "{\"a\xE2\x80\x8D\":1}") << "a joiner may stand inside";
}

TEST(Json5Objects, RefuseWhatIsNone) {
  EXPECT_EQ(read("{,}"), "line 1, column 2: expected a key, found ','");
  EXPECT_EQ(read("{a}"), "line 1, column 3: expected ':' after a key, found '}'");
  EXPECT_EQ(read("{a:1 b:2}"), "line 1, column 6: expected ',' or '}' after a member, found 'b'");
  EXPECT_EQ(read("{1a:1}"), "line 1, column 2: expected a key, found '1'");
  EXPECT_EQ(read("{a-b:1}"), "line 1, column 3: expected ':' after a key, found '-'");
  EXPECT_EQ(read("{a:}"), "line 1, column 4: expected a value, found '}'");
  EXPECT_EQ(read("{a:1"), "line 1, column 5: expected ',' or '}' after a member, found the end of the text");
  EXPECT_EQ(read(R"({\u0031a:1})"), "line 1, column 2: '1' may not stand in a key without quotes");
  EXPECT_EQ(read(R"({\x61:1})"), "line 1, column 2: only \\u escapes may stand in a key without quotes");
  EXPECT_EQ(read("{a:1,\n  'a':2}"), "line 2, column 3: the key 'a' stands already at line 1, column 2");
}

TEST(Json5Arrays, TakeOneTrailingComma) {
  EXPECT_EQ(read("[]"), "[]");
  EXPECT_EQ(read("[1,[2],{a:3},]"), R"([1,[2],{"a":3}])");
  EXPECT_EQ(read("[,]"), "line 1, column 2: expected a value, found ','");
  EXPECT_EQ(read("[1,,2]"), "line 1, column 4: expected a value, found ','");
  EXPECT_EQ(read("[1 2]"), "line 1, column 4: expected ',' or ']' after an element, found '2'");
}

TEST(Json5Strings, TakeBothQuotesAndEveryEscape) {
  EXPECT_EQ(read(R"('it"s')"), R"("it\"s")");
  EXPECT_EQ(read(R"("it's")"), R"("it's")");
  EXPECT_EQ(read(R"('\b\f\n\r\t\v\\\'\"\a\/')"), R"("\u0008\u000c\n\r\t\u000b\\'\"a/")");
  EXPECT_EQ(read(R"('\x41\u0042\u00e4\ud83d\udc33')"), "\"AB\xC3\xA4\xF0\x9F\x90\xB3\"");
  EXPECT_EQ(read("'a\\\nb\\\r\nc\\\rd\\\xE2\x80\xA8"
                 "e'"),
            R"("abcde")")
      << "line continuations";
  EXPECT_EQ(read("'a\xE2\x80\xA8\xE2\x80\xA9'"), "\"a\xE2\x80\xA8\xE2\x80\xA9\"")
      << "U+2028 and U+2029 may stand in strings";
  EXPECT_EQ(std::get<std::string>(parse(R"('a\0b')")->data), (std::string{"a\0b", 3}));
  EXPECT_EQ(read("'tab\there'"), R"("tab\there")") << "control characters may stand in strings";
}

TEST(Json5Strings, RefuseWhatIsNone) {
  EXPECT_EQ(read("'abc"), "line 1, column 1: this string has no end");
  EXPECT_EQ(read("'a\nb'"), "line 1, column 3: a line break in a string needs a '\\' before it");
  EXPECT_EQ(read(R"('\01')"), "line 1, column 2: octal escapes are not allowed");
  EXPECT_EQ(read(R"('\1')"), "line 1, column 2: '\\1' is not an escape");
  EXPECT_EQ(read(R"('\x4')"), "line 1, column 2: this escape needs 2 hexadecimal digits");
  EXPECT_EQ(read(R"('\u12')"), "line 1, column 2: this escape needs 4 hexadecimal digits");
  EXPECT_EQ(read(R"('\ud83d')"), "line 1, column 2: half of a surrogate pair");
  EXPECT_EQ(read(R"('\udc33')"), "line 1, column 2: half of a surrogate pair");
  EXPECT_EQ(read(R"('\ud83d\u0041')"), "line 1, column 2: half of a surrogate pair");
  EXPECT_EQ(read("'\\"), "line 1, column 2: this escape has no end");
}

TEST(Json5Numbers, TakeEveryForm) {
  EXPECT_EQ(read("[0,1,-1,+1,.5,5.,-.5,1e3,1E+3,1e-3,-0]"), "[0,1,-1,1,0.5,5,-0.5,1000,1000,0.001,-0]");
  EXPECT_EQ(read("[0xdecaf,0XDECAF,-0x10,+0x1]"), "[912559,912559,-16,1]");
  EXPECT_EQ(read("[Infinity,-Infinity,+Infinity]"), "[inf,-inf,inf]");
  EXPECT_TRUE(std::isnan(std::get<double>(parse("-NaN")->data)));
  EXPECT_EQ(read("[1e400,-1e400,1e-400]"), "[inf,-inf,0]");
  EXPECT_EQ(read("9007199254740992"), "9007199254740992");
  EXPECT_TRUE(std::holds_alternative<double>(parse("9007199254740994")->data)) << "beyond what a double has exactly";
}

TEST(Json5Numbers, RefuseWhatIsNone) {
  EXPECT_EQ(read("012"), "line 1, column 4: a number may not begin with a 0");
  EXPECT_EQ(read("."), "line 1, column 2: expected a digit, found the end of the text");
  EXPECT_EQ(read("1e"), "line 1, column 3: expected a digit of the exponent, found the end of the text");
  EXPECT_EQ(read("0x"), "line 1, column 3: expected a hexadecimal digit, found the end of the text");
  EXPECT_EQ(read("--1"), "line 1, column 2: expected a digit, found '-'");
  EXPECT_EQ(read("1a"), "line 1, column 2: expected the end of the number, found 'a'");
  EXPECT_EQ(read("Infinit"), "line 1, column 1: expected a value, found 'Infinit'");
}

TEST(Json5Comments, MayStandBetweenAnyTwoTokens) {
  EXPECT_EQ(read("// before\n{/*a*/a/**/:/* * / */1// end\n,}\n// after"), R"({"a":1})");
  EXPECT_EQ(read("1//"), "1");
  EXPECT_EQ(read("//x\xE2\x80\xA8"
                 "1"),
            "1")
      << "U+2028 ends a line";
  EXPECT_EQ(read("1 /* never"), "line 1, column 3: this comment has no end");
  EXPECT_EQ(read("1 /x"), "line 1, column 3: expected the end of the text, found '/'");
}

TEST(Json5WhiteSpace, IsWhatUnicodeCallsASpace) {
  EXPECT_EQ(read("\xEF\xBB\xBF\t\v\f \xC2\xA0\xE1\x9A\x80\xE2\x80\x83\xE2\x80\xAF\xE2\x81\x9F\xE3\x80\x80\r\n1"), "1");
}

TEST(Json5Documents, AreOneValue) {
  EXPECT_EQ(read("true"), "true");
  EXPECT_EQ(read("null"), "null");
  EXPECT_EQ(read(""), "line 1, column 1: expected a value, found the end of the text");
  EXPECT_EQ(read("1 2"), "line 1, column 3: expected the end of the text, found '2'");
  EXPECT_EQ(read("yes"), "line 1, column 1: expected a value, found 'y'");
  EXPECT_EQ(read("nul"), "line 1, column 1: expected a value, found 'nul'");
}

TEST(Json5Positions, CountCharactersAndEveryKindOfLine) {
  EXPECT_EQ(read("\n\r\n\r\xE2\x80\xA9  !"), "line 5, column 3: expected a value, found '!'");
  EXPECT_EQ(read("'\xC3\xA4\xF0\x9F\x90\xB3' !"), "line 1, column 6: expected the end of the text, found '!'");
  const auto value = parse("{\n  a: 'x'}");
  ASSERT_TRUE(value);
  const auto& member = std::get<Object>(value->data)[0];
  EXPECT_EQ(member.at.line, 2U);
  EXPECT_EQ(member.at.column, 3U);
  EXPECT_EQ(member.value.at.column, 6U);
}

TEST(Json5Bounds, RefuseBadUtf8AndDepth) {
  EXPECT_EQ(read("{a:'\xFF'}"), "line 1, column 5: not UTF-8");
  EXPECT_EQ(read(std::string(64, '[') + std::string(64, ']')), std::string(64, '[') + std::string(64, ']'));
  EXPECT_EQ(read(std::string(65, '[')), "line 1, column 65: nested deeper than 64 levels");
  EXPECT_EQ(read(std::string(1'000'000, '[')), "line 1, column 65: nested deeper than 64 levels");
}

}  // namespace
}  // namespace cspy::json5
