// The rules of the JSON5 standard, section by section: which text is accepted, and how invalid text is refused.
#include "json5/parse.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <span>
#include <string>
#include <string_view>

#include "base/json_writer.hpp"

namespace cspy::json5 {
namespace {

using namespace std::string_view_literals;

/// A value as plain JSON, so that expectations can be read; an integer without, a double with a point or an exponent.
std::string show(const Value& value);

struct Show {
  std::string operator()(Null) const { return "null"; }
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t whole) const { return fmt::format("{}", whole); }
  std::string operator()(double real) const {
    auto text = fmt::format("{}", real);
    if (std::isfinite(real) && text.find_first_of(".e") == std::string::npos) text.append(".0");
    return text;
  }
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
    for (const auto& [at, key, value] : object) {
      out.append(out.size() > 1 ? "," : "").append((*this)(key)).append(":").append(show(value));
    }
    return out + "}";
  }
};

std::string show(const Value& value) {
  return std::visit(Show{}, value.data);
}

/// What `text` is read as, or why it is refused.
std::string read(std::string_view text) {
  const auto value = parse(text);
  return value ? show(*value) : value.error().message;
}

struct Case {
  std::string_view rule;
  std::string_view text;
  std::string_view result;  ///< plain JSON, or the whole message
};

void check(std::span<const Case> cases) {
  for (const auto& [rule, text, result] : cases) {
    EXPECT_EQ(read(text), result) << rule << ": " << testing::PrintToString(text);
  }
}

// Section 2: values.

TEST(Json5Values, AreOfSixKinds) {
  constexpr Case cases[] = {
      {"null", "null", "null"},    {"boolean", "true", "true"}, {"boolean", "false", "false"}, {"number", "1", "1"},
      {"string", "'x'", R"("x")"}, {"array", "[]", "[]"},       {"object", "{}", "{}"},
  };
  check(cases);
}

TEST(Json5Values, RefuseOtherWords) {
  constexpr Case cases[] = {
      {"unquoted string", "info", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"letter case", "True", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"letter case", "NULL", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"shorter", "nul", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"longer", "truex", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"longer", "false1", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"longer", "null\u00e4", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"of JavaScript", "undefined", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"an escape in a literal", R"(tr\u0075e)",
       "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"an escape in a literal", R"(\u006eull)", R"(line 1, column 1: expected a value, found '\')"},
      {"typographic quotes", "\u201cx\u201d",
       "line 1, column 1: expected a value, found a word (a string needs quotes)"},
  };
  check(cases);
}

TEST(Json5Values, AreNotShown) {
  for (const auto* text : {"s3cr3t", "{a: s3cr3t}", "[-s3cr3t]", "{a: 'x' s3cr3t}", "12s3cr3t", "{a: 's3cr3t",
                           "\"s3cr3t\n\"", "'s3cr3t\\u12'", "s3cr3t: 1", "/* s3cr3t"})
    EXPECT_FALSE(read(text).contains("s3cr3t")) << read(text);
}

TEST(Json5Text, IsOneValue) {
  constexpr Case cases[] = {
      {"empty", "", "line 1, column 1: expected a value, found the end of the text"},
      {"blank", " \n ", "line 2, column 2: expected a value, found the end of the text"},
      {"comment only", "// x", "line 1, column 5: expected a value, found the end of the text"},
      {"two values", "1 2", "line 1, column 3: expected the end of the text, found '2'"},
      {"a comma after it", "{},", "line 1, column 3: expected the end of the text, found ','"},
      {"a bracket too many", "[]]", "line 1, column 3: expected the end of the text, found ']'"},
      {"NUL", "1\0"sv, "line 1, column 2: expected the end of the text, found U+0000"},
      {"a character without a glyph", "\x1B[m", "line 1, column 1: expected a value, found U+001B"},
  };
  check(cases);
}

// Section 3: objects.

TEST(Json5Objects, HaveNamesAndStringsAsKeys) {
  constexpr Case cases[] = {
      {"one member", "{a:1}", R"({"a":1})"},
      {"all kinds of keys, in order", R"({c:1,'b':2,"a":3})", R"({"c":1,"b":2,"a":3})"},
      {"trailing comma", "{a:1,}", R"({"a":1})"},
      {"white space everywhere", " { a : 1 , } ", R"({"a":1})"},
      {"nested", "{a:{b:{}}}", R"({"a":{"b":{}}})"},
      {"empty key", "{'':1}", R"({"":1})"},
      {"key with an escape", R"({'\x61\
b':1})",
       R"({"ab":1})"},
      {"keys that differ only in quoted text", "{'a':1,'a ':2}", R"({"a":1,"a ":2})"},
      {"the same key in two objects", "{a:{a:1}}", R"({"a":{"a":1}})"},
  };
  check(cases);
}

TEST(Json5Objects, RefuseWhatIsNone) {
  constexpr Case cases[] = {
      {"comma alone", "{,}", "line 1, column 2: expected a key, found ','"},
      {"two commas", "{a:1,,}", "line 1, column 6: expected a key, found ','"},
      {"no colon", "{a}", "line 1, column 3: expected ':' after a key, found '}'"},
      {"equals sign", "{a=1}", "line 1, column 3: expected ':' after a key, found '='"},
      {"no value", "{a:}", "line 1, column 4: expected a value, found '}'"},
      {"no comma", "{a:1 b:2}", "line 1, column 6: expected ',' or '}' after a member, found 'b'"},
      {"no comma between lines", "{\n  a: 1\n  b: 2\n}",
       "line 3, column 3: expected ',' or '}' after a member, found 'b'"},
      {"wrong bracket", "{a:1]", "line 1, column 5: expected ',' or '}' after a member, found ']'"},
      {"no end", "{", "line 1, column 2: expected a key, found the end of the text"},
      {"no end", "{a", "line 1, column 3: expected ':' after a key, found the end of the text"},
      {"no end", "{a:", "line 1, column 4: expected a value, found the end of the text"},
      {"no end", "{a:1", "line 1, column 5: expected ',' or '}' after a member, found the end of the text"},
      {"no end", "{a:1,", "line 1, column 6: expected a key, found the end of the text"},
      {"number as key", "{1:1}", "line 1, column 2: expected a key, found '1'"},
      {"a value as key", "{[]:1}", "line 1, column 2: expected a key, found '['"},
  };
  check(cases);
}

TEST(Json5Objects, RefuseAKeyThatComesTwice) {
  constexpr Case cases[] = {
      {"plain", "{a:1,\n  a:2}", "line 2, column 3: duplicate key 'a': it is already at line 1, column 2"},
      {"quoted otherwise", "{a:1,\n  'a':2}", "line 2, column 3: duplicate key 'a': it is already at line 1, column 2"},
      {"escaped otherwise", R"({"a":1,\u0061:2})",
       "line 1, column 8: duplicate key 'a': it is already at line 1, column 2"},
      {"after others", "{a:1,b:2,c:3,b:4}", "line 1, column 14: duplicate key 'b': it is already at line 1, column 6"},
      {"before its value is looked at", "{a:1,a:!}",
       "line 1, column 6: duplicate key 'a': it is already at line 1, column 2"},
      {"control characters are not shown", "{'\x1B':1,'\x1B':2}",
       "line 1, column 8: duplicate key '?': it is already at line 1, column 2"},
  };
  check(cases);
}

// ECMAScript 5.1, section 7.6: names.

TEST(Json5Names, AreThoseOfEcmaScriptAndAllBeyondAscii) {
  constexpr Case cases[] = {
      {"ASCII", "{$_aZ09:1}", R"({"$_aZ09":1})"},
      {"reserved words", "{null:1,true:2,while:3,NaN:4,Infinity:5}",
       R"({"null":1,"true":2,"while":3,"NaN":4,"Infinity":5})"},
      {"Lu, Ll", "{\u00c4\u00df:1}", "{\"\u00c4\u00df\":1}"},
      {"Lt", "{\u01c5:1}", "{\"\u01c5\":1}"},
      {"Lm", "{\u02b0:1}", "{\"\u02b0\":1}"},
      {"Lo", "{\u65e5\u672c:1}", "{\"\u65e5\u672c\":1}"},
      {"Nl", "{\u2160:1}", "{\"\u2160\":1}"},
      {"Mn inside", "{a\u0301:1}", "{\"a\u0301\":1}"},
      {"Mc inside", "{a\u0903:1}", "{\"a\u0903\":1}"},
      {"Nd inside", "{a\u0661:1}", "{\"a\u0661\":1}"},
      {"Pc inside", "{a\u203f:1}", "{\"a\u203f\":1}"},
      {"ZWNJ and ZWJ inside", "{a\u200c\u200d:1}", "{\"a\u200c\u200d\":1}"},
      {"a letter beyond U+FFFF", "{\U0001D4D0:1}", "{\"\U0001D4D0\":1}"},
      {"escape first and inside", R"({\u0061b\u0031:1})", R"({"ab1":1})"},
      {"escapes for a letter beyond U+FFFF", R"({\ud835\udcd0:1})", "{\"\U0001D4D0\":1}"},
      {"a mark first", "{\u0301:1}", "{\"\u0301\":1}"},
      {"symbols", "{\u20ac:1,a\u00d7:2,\U0001F433:3}", "{\"\u20ac\":1,\"a\u00d7\":2,\"\U0001F433\":3}"},
      {"escape for what ECMAScript allows inside only", R"({a\u200d:1})", "{\"a\u200d\":1}"},
  };
  check(cases);
}

TEST(Json5Names, RefuseOtherCharacters) {
  constexpr Case cases[] = {
      {"minus", "{a-b:1}", "line 1, column 3: expected ':' after a key, found '-'"},
      {"dot", "{a.b:1}", "line 1, column 3: expected ':' after a key, found '.'"},
      {"digit first", "{1a:1}", "line 1, column 2: expected a key, found '1'"},
      {"escape for a digit first", R"({\u0031a:1})",
       "line 1, column 2: '1' is not allowed here in a key without quotes"},
      {"escape for a space inside", R"({a\u0020b:1})",
       "line 1, column 3: ' ' is not allowed here in a key without quotes"},
      {"escape for a backslash", R"({a\u005c:1})",
       R"(line 1, column 3: '\' is not allowed here in a key without quotes)"},
      {"other escape", R"({\x61:1})", R"(line 1, column 2: only \u escapes are allowed in a key without quotes)"},
      {"short escape", R"({a\u12:1})", "line 1, column 3: this escape needs 4 hexadecimal digits"},
      {"lone surrogate", R"({\ud835:1})", "line 1, column 2: U+D835 is half of a surrogate pair, not a character"},
      {"no end", R"({\)", R"(line 1, column 2: only \u escapes are allowed in a key without quotes)"},
  };
  check(cases);
}

// Section 4: arrays.

TEST(Json5Arrays, HaveElementsBetweenCommas) {
  constexpr Case cases[] = {
      {"empty", "[ ]", "[]"},
      {"one", "[1]", "[1]"},
      {"of all kinds", "[null,true,1,'x',[],{}]", R"([null,true,1,"x",[],{}])"},
      {"trailing comma", "[1,]", "[1]"},
      {"nested", "[[[]],[],]", "[[[]],[]]"},
  };
  check(cases);
}

TEST(Json5Arrays, RefuseWhatIsNone) {
  constexpr Case cases[] = {
      {"comma alone", "[,]", "line 1, column 2: expected a value, found ','"},
      {"hole", "[1,,2]", "line 1, column 4: expected a value, found ','"},
      {"two trailing commas", "[1,,]", "line 1, column 4: expected a value, found ','"},
      {"no comma", "[1 2]", "line 1, column 4: expected ',' or ']' after an element, found '2'"},
      {"colon", "['a':1]", "line 1, column 5: expected ',' or ']' after an element, found ':'"},
      {"wrong bracket", "[1}", "line 1, column 3: expected ',' or ']' after an element, found '}'"},
      {"no end", "[", "line 1, column 2: expected a value, found the end of the text"},
      {"no end", "[1", "line 1, column 3: expected ',' or ']' after an element, found the end of the text"},
      {"no end", "[1,", "line 1, column 4: expected a value, found the end of the text"},
  };
  check(cases);
}

// Section 5: strings.

TEST(Json5Strings, StandInEitherQuotes) {
  constexpr Case cases[] = {
      {"empty", "''", R"("")"},
      {"empty", R"("")", R"("")"},
      {"the other quotes inside", R"('it"s')", R"("it\"s")"},
      {"the other quotes inside", R"("it's")", R"("it's")"},
      {"no escape needed", "'/\t\x01\x7F'", "\"/\\t\\u0001\x7F\""},
      {"every length of UTF-8", "'a\u00e4\u20ac\U0001F433'", "\"a\u00e4\u20ac\U0001F433\""},
      {"U+2028 and U+2029 (section 5.2)", "'a\u2028b\u2029c'", "\"a\u2028b\u2029c\""},
      {"not a comment in a string", "'/* // */'", R"("/* // */")"},
  };
  check(cases);
}

TEST(Json5Strings, ReadEveryEscape) {
  constexpr Case cases[] = {
      {"table 1", R"('\'\"\\')", R"("'\"\\")"},
      {"table 1", R"('\b\f\n\r\t\v')", R"("\u0008\u000c\n\r\t\u000b")"},
      {"NUL", R"('a\0b')", R"("a\u0000b")"},
      {"NUL at the end", R"('\0')", R"("\u0000")"},
      {"\\x, either case", R"('\x41\xe4\xE4')", "\"A\u00e4\u00e4\""},
      {"\\u, either case", R"('\u0042\u20aC')", "\"B\u20ac\""},
      {"surrogate pair", R"('\uD83D\udc33')", "\"\U0001F433\""},
      {"first and last pair", R"('\uD800\uDC00\uDBFF\uDFFF')", "\"\U00010000\U0010FFFF\""},
      {"beside the surrogates", R"('\uD7FF\uE000')", "\"\uD7FF\uE000\""},
      {"digits that follow belong to the text", R"('\x411\u00421')", R"("A1B1")"},
      {"other characters for themselves", R"('\A\/\a\u00e9\ä\ ')", "\"A/a\u00e9\u00e4 \""},
      {"upper case is no escape", R"('\N\X41\U0041')", R"("NX41U0041")"},
      {"LF continues", "'a\\\nb'", R"("ab")"},
      {"CR continues", "'a\\\rb'", R"("ab")"},
      {"CR LF continues", "'a\\\r\nb'", R"("ab")"},
      {"U+2028 continues", "'a\\\u2028b'", R"("ab")"},
      {"U+2029 continues", "'a\\\u2029b'", R"("ab")"},
      {"two continuations", "'a\\\n\\\nb'", R"("ab")"},
  };
  check(cases);
}

TEST(Json5Strings, RefuseWhatIsNone) {
  constexpr Case cases[] = {
      {"no end", "'abc", "line 1, column 1: this string is not closed"},
      {"wrong quote", "[\n 'abc\"", "line 2, column 2: this string is not closed"},
      {"escaped quote", R"('\')", "line 1, column 1: this string is not closed"},
      {"backslash last", R"('\)", "line 1, column 1: this string is not closed"},
      {"LF", "'a\nb'", R"(line 1, column 3: a line break in a string needs a '\' before it)"},
      {"CR", "'a\rb'", R"(line 1, column 3: a line break in a string needs a '\' before it)"},
      {"LF CR is two", "'a\\\n\rb'", R"(line 2, column 1: a line break in a string needs a '\' before it)"},
      {"octal", R"('\01')", R"(line 1, column 2: a digit must not follow '\0')"},
      {"digit after NUL", R"('\09')", R"(line 1, column 2: a digit must not follow '\0')"},
      {"octal", R"('\1')", "line 1, column 2: a digit must not be escaped"},
      {"digit", R"('a\9')", "line 1, column 3: a digit must not be escaped"},
      {"short \\x", R"('\x4')", "line 1, column 2: this escape needs 2 hexadecimal digits"},
      {"wrong \\x", R"('\xg0')", "line 1, column 2: this escape needs 2 hexadecimal digits"},
      {"short \\u", R"('\u12')", "line 1, column 2: this escape needs 4 hexadecimal digits"},
      {"wrong \\u", R"('\u{41}')", "line 1, column 2: this escape needs 4 hexadecimal digits"},
      {"no end in \\u", R"('\u12)", "line 1, column 2: this escape needs 4 hexadecimal digits"},
      {"high surrogate alone", R"('\ud83d')", "line 1, column 2: U+D83D is half of a surrogate pair, not a character"},
      {"low surrogate alone", R"('\udc33')", "line 1, column 2: U+DC33 is half of a surrogate pair, not a character"},
      {"two high", R"('\ud83d\ud83d')", "line 1, column 2: U+D83D is half of a surrogate pair, not a character"},
      {"high and a character", R"('\ud83d\u0041')",
       "line 1, column 2: U+D83D is half of a surrogate pair, not a character"},
      {"wrong order", R"('\udc33\ud83d')", "line 1, column 2: U+DC33 is half of a surrogate pair, not a character"},
      {"short second half", R"('\ud83d\udc')", "line 1, column 8: this escape needs 4 hexadecimal digits"},
  };
  check(cases);
}

// Section 6: numbers.

TEST(Json5Numbers, AreDecimal) {
  constexpr Case cases[] = {
      {"zero", "[0,+0]", "[0,0]"},
      {"minus zero", "-0", "-0.0"},
      {"signs", "[1,+1,-1]", "[1,1,-1]"},
      {"leading point", "[.5,-.5,+.5]", "[0.5,-0.5,0.5]"},
      {"trailing point", "[5.,0.,-5.]", "[5,0,-5]"},
      {"fraction", "[1.5,0.25,1.0]", "[1.5,0.25,1]"},
      {"exponent", "[1e3,1E3,1e+3,1E-3,5.e1,.5e1,1.5e1,0e0,1e03]", "[1000,1000,1000,0.001,50,5,15,0,1000]"},
      {"ended by a comment", "1//", "1"},
      {"ended by a comment", "1/**/", "1"},
  };
  check(cases);
}

TEST(Json5Numbers, AreHexadecimal) {
  constexpr Case cases[] = {
      {"either case", "[0xdecaf,0XDECAF,0xDeCaF]", "[912559,912559,912559]"},
      {"signs", "[-0x10,+0x1]", "[-16,1]"},
      {"leading zeros", "0x000F", "15"},
      {"e is a digit", "0x1e3", "483"},
      {"minus zero", "-0x0", "-0.0"},
  };
  check(cases);
}

TEST(Json5Numbers, MayBeNoNumbers) {
  EXPECT_EQ(read("[Infinity,+Infinity,-Infinity]"), "[inf,inf,-inf]");
  for (const auto* text : {"NaN", "+NaN", "-NaN"}) {
    const auto value = parse(text);
    ASSERT_TRUE(value) << text;
    ASSERT_TRUE(std::holds_alternative<double>(value->data)) << text;
    EXPECT_TRUE(std::isnan(std::get<double>(value->data))) << text;
  }
}

TEST(Json5Numbers, AreIntegersWhereADoubleIsExact) {
  constexpr Case cases[] = {
      {"2^53 - 1", "[9007199254740991,-9007199254740991]", "[9007199254740991,-9007199254740991]"},
      {"2^53 and 2^53 + 1 are the same double", "[9007199254740992,9007199254740993,-9007199254740993]",
       "[9007199254740992.0,9007199254740992.0,-9007199254740992.0]"},
      {"hexadecimal", "[0x1FFFFFFFFFFFFF,0x20000000000000]", "[9007199254740991,9007199254740992.0]"},
      {"whole, however written", "[1.0,10e-1,2.5e1]", "[1,1,25]"},
  };
  check(cases);
}

TEST(Json5Numbers, RefuseWhatIsNone) {
  constexpr Case cases[] = {
      {"leading zero", "012", "line 1, column 1: a number must not start with 0"},
      {"leading zero after a sign", "-00", "line 1, column 2: a number must not start with 0"},
      {"leading zero", "08.5", "line 1, column 1: a number must not start with 0"},
      {"point alone", ".", "line 1, column 2: expected a digit, found the end of the text"},
      {"point and exponent", ".e1", "line 1, column 2: expected a digit, found 'e'"},
      {"sign alone", "-", "line 1, column 2: expected a digit, found the end of the text"},
      {"two signs", "--1", "line 1, column 2: expected a digit, found '-'"},
      {"two signs", "-+1", "line 1, column 2: expected a digit, found '+'"},
      {"space after the sign", "- 1", "line 1, column 2: expected a digit, found ' '"},
      {"no exponent", "1e", "line 1, column 3: expected a digit of the exponent, found the end of the text"},
      {"no exponent", "1e+", "line 1, column 4: expected a digit of the exponent, found the end of the text"},
      {"fraction of an exponent", "1e1.5", "line 1, column 4: expected the end of the number, found '.'"},
      {"no hexadecimal digit", "0x", "line 1, column 3: expected a hexadecimal digit, found the end of the text"},
      {"no hexadecimal digit", "0xg", "line 1, column 3: expected a hexadecimal digit, found 'g'"},
      {"hexadecimal fraction", "0x1.8", "line 1, column 4: expected the end of the number, found '.'"},
      {"octal of later standards", "0o17", "line 1, column 2: expected the end of the number, found 'o'"},
      {"separator of later standards", "1_000", "line 1, column 2: expected the end of the number, found '_'"},
      {"a unit", "10s", "line 1, column 3: expected the end of the number, found 's'"},
      {"an address", "127.0.0.1", "line 1, column 6: expected the end of the number, found '.'"},
      {"a letter", "1\u00e4", "line 1, column 2: expected the end of the number, found '\u00e4'"},
      {"digits of another script", "\u0661",
       "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"shorter word", "Infinit", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"longer word", "NaN1", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"word after a sign", "-true", "line 1, column 2: expected a number, found a word"},
      {"letter case", "-infinity", "line 1, column 2: expected a number, found a word"},
      {"escape in a word", R"(-Infin\u0069ty)", "line 1, column 2: expected a number, found a word"},
  };
  check(cases);
}

// Section 7: comments.

TEST(Json5Comments, MayStandBetweenAnyTwoTokens) {
  constexpr Case cases[] = {
      {"everywhere", "//a\n{/*b*/a/*c*/:/*d*/1//e\n,//f\n}//g", R"({"a":1})"},
      {"end of the text ends it", "1//", "1"},
      {"LF ends it", "//x\n1", "1"},
      {"CR ends it", "//x\r1", "1"},
      {"U+2028 ends it", "//x\u20281", "1"},
      {"U+2029 ends it", "//x\u20291", "1"},
      {"over lines", "/*\n\r\u2028*/1", "1"},
      {"stars", "/***/1/****/", "1"},
      {"the other kind inside", "/*//*/1// /*", "1"},
      {"they do not nest", "/* /* */1", "1"},
      {"a backslash is nothing special", "//\\\n1", "1"},
      {"any character", "/*\u20ac\U0001F433'\"\x01*/1", "1"},
  };
  check(cases);
}

TEST(Json5Comments, RefuseWhatIsNone) {
  constexpr Case cases[] = {
      {"no end", "1 /* never", "line 1, column 3: this comment is not closed"},
      {"no end", "\n /*", "line 2, column 2: this comment is not closed"},
      {"one star is not two", "/*/", "line 1, column 1: this comment is not closed"},
      {"inside a value", "{a: /* }", "line 1, column 5: this comment is not closed"},
      {"they do not nest", "/*/**/*/1", "line 1, column 7: expected a value, found '*'"},
      {"slash alone", "1 /x", "line 1, column 3: expected the end of the text, found '/'"},
      {"other languages' comments", "# x\n1", "line 1, column 1: expected a value, found '#'"},
      {"inside a token", "tr/**/ue", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
  };
  check(cases);
}

// Section 8: white space.

TEST(Json5WhiteSpace, IsWhatTheStandardLists) {
  for (const auto* space : {"\t",     "\n",     "\v",     "\f",     "\r",     " ",      "\u00a0", "\u1680", "\u2000",
                            "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009",
                            "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff"}) {
    const auto text = fmt::format("{0}[{0}1{0},{0}2{0}]{0}", space);
    EXPECT_EQ(read(text), "[1,2]") << testing::PrintToString(text);
  }
}

TEST(Json5WhiteSpace, IsNothingElse) {
  constexpr Case cases[] = {
      {"backspace", "\b1", "line 1, column 1: expected a value, found U+0008"},
      {"Mongolian vowel separator: Cf since Unicode 6.3", "\u180e1",
       "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"zero width space", "\u200b1", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
      {"word joiner", "\u20601", "line 1, column 1: expected a value, found a word (a string needs quotes)"},
  };
  check(cases);
  EXPECT_FALSE(parse("\u00851")) << "NEL ends lines elsewhere";
}

// Choices that section 10 leaves to the parser, and positions.

TEST(Json5Positions, AreOfEveryValueAndKey) {
  const auto value = parse("\n {\n  a: 'x',\n  \"\u00e4\U0001F433\": [ -1 ],\n}");
  ASSERT_TRUE(value) << value.error().message;
  std::string places;
  const auto place = [&](std::string_view name, Position at) {
    places += fmt::format("{} {}:{}\n", name, at.line, at.column);
  };
  place("object", value->at);
  for (const auto& [at, key, member] : std::get<Object>(value->data)) {
    place("key", at);
    place("value", member.at);
  }
  place("element", std::get<Array>(std::get<Object>(value->data)[1].value.data)[0].at);
  EXPECT_EQ(places, "object 2:2\nkey 3:3\nvalue 3:6\nkey 4:3\nvalue 4:9\nelement 4:11\n");
}

TEST(Json5Positions, CountEveryKindOfLineAndCharactersNotBytes) {
  constexpr Case cases[] = {
      {"LF", "\n!", "line 2, column 1: expected a value, found '!'"},
      {"CR", "\r!", "line 2, column 1: expected a value, found '!'"},
      {"CR LF is one", "\r\n!", "line 2, column 1: expected a value, found '!'"},
      {"LF CR is two", "\n\r!", "line 3, column 1: expected a value, found '!'"},
      {"U+2028", "\u2028!", "line 2, column 1: expected a value, found '!'"},
      {"U+2029", "\u2029!", "line 2, column 1: expected a value, found '!'"},
      {"VT and FF are not line breaks", "\v\f!", "line 1, column 3: expected a value, found '!'"},
      {"in comments", "/*\n\n*/ !", "line 3, column 4: expected a value, found '!'"},
      {"in strings", "'\\\n\\\r\n\u2028x' !", "line 4, column 4: expected the end of the text, found '!'"},
      {"characters", "'\u00e4\u20ac\U0001F433' !", "line 1, column 7: expected the end of the text, found '!'"},
      {"the byte order mark is one", "\ufeff!", "line 1, column 2: expected a value, found '!'"},
      {"a member on a line of its own", "{a:1\n'b'\n:\n}",
       "line 2, column 1: expected ',' or '}' after a member, found '''"},
  };
  check(cases);
}

TEST(Json5Bounds, RefuseTextThatIsNotUtf8) {
  constexpr Case cases[] = {
      {"byte that never occurs", "{a:'\xFF'}", "line 1, column 5: not valid UTF-8: byte 0xFF"},
      {"continuation without a start", "\x80", "line 1, column 1: not valid UTF-8: byte 0x80"},
      {"start without a continuation", "'\xC3'", "line 1, column 2: not valid UTF-8: byte 0xC3"},
      {"cut off", "'\xF0\x9F\x90", "line 1, column 2: not valid UTF-8: byte 0xF0"},
      {"over-long", "'\xC0\xAF'", "line 1, column 2: not valid UTF-8: byte 0xC0"},
      {"surrogate", "'\xED\xA0\x80'", "line 1, column 2: not valid UTF-8: byte 0xED"},
      {"beyond U+10FFFF", "'\xF4\x90\x80\x80'", "line 1, column 2: not valid UTF-8: byte 0xF4"},
      {"in a comment, behind characters and lines", "1\r\n// \u00e4\xE4",
       "line 2, column 5: not valid UTF-8: byte 0xE4"},
      {"UTF-16", "\xFF\xFE{\0}\0"sv, "line 1, column 1: not valid UTF-8: byte 0xFF"},
  };
  check(cases);
}

TEST(Json5Bounds, LimitTheDepth) {
  const auto nested = [](std::string_view open, std::string_view close, std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i)
      text += open;
    text += '1';
    for (std::size_t i = 0; i < depth; ++i)
      text += close;
    return text;
  };
  EXPECT_EQ(read(nested("[", "]", 64)), nested("[", "]", 64));
  EXPECT_EQ(read(nested("{\"a\":", "}", 64)), nested("{\"a\":", "}", 64));
  EXPECT_EQ(read(nested("[", "]", 65)), "line 1, column 65: nested deeper than 64 levels");
  EXPECT_EQ(read(nested("{a:", "}", 65)), "line 1, column 193: nested deeper than 64 levels");
  EXPECT_EQ(read(std::string(1'000'000, '[')), "line 1, column 65: nested deeper than 64 levels");
  std::string beside{"["};
  for (int i = 0; i < 100; ++i)
    beside += "[],{},";
  EXPECT_TRUE(parse(beside + "]")) << "values side by side are not nested";
}

TEST(Json5Bounds, ReadManyKeysInTheTimeOfFew) {
  // As many keys as the largest configuration file holds. Looking each up among all others took 11 s.
  std::string text{"{"};
  for (int i = 0; i < 100'000; ++i)
    text += fmt::format("k{}:1,", i);
  const auto value = parse(text + "}");
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(std::get<Object>(value->data).size(), 100'000U);
  EXPECT_EQ(read(text + "\nk7:2}"), "line 2, column 1: duplicate key 'k7': it is already at line 1, column 37");
}

TEST(Json5Errors, AreMalformedAndOfTheFirstMistake) {
  const auto value = parse("{a: !, a: 'x\n");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, Code::malformed);
  EXPECT_EQ(value.error().message, "line 1, column 5: expected a value, found '!'");
}

}  // namespace
}  // namespace cspy::json5
