#include "serve/text_format.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace cspy::serve {
namespace {

std::string value_text(std::string_view value) {
  std::string text;
  append_label_value(text, value);
  return text;
}

std::string number_text(metrics::Number value) {
  std::array<char, value_space> room{};
  std::string text{room.data(), write_value(room.data(), value)};
  EXPECT_TRUE(text.ends_with('\n'));
  text.pop_back();
  return text;
}

TEST(LabelName, IsTheNameThatPrometheusGivesAnAttribute) {
  for (const std::string name : {"env", "container_label_a__b", "k8s_Pod9"}) {
    EXPECT_TRUE(is_label_name(name)) << name;
    EXPECT_EQ(label_name_of(name), name);
  }
  EXPECT_EQ(label_name_of("service.name"), "service_name");
  EXPECT_EQ(label_name_of("1st"), "key_1st");
  EXPECT_EQ(label_name_of("_private"), "key_private");
  EXPECT_EQ(label_name_of(".hidden"), "key_hidden");
  EXPECT_EQ(label_name_of("gr\xC3\xB6\xC3\x9F"
                          "e"),
            "gr__e")
      << "one character, one underscore";
  EXPECT_EQ(label_name_of("a\"b\nc"), "a_b_c");
  for (const std::string name : {"service.name", "1st", "_private", "", "__name__"})
    EXPECT_FALSE(is_label_name(name)) << name;
}

TEST(LabelName, IsEmptyForNamesThatPrometheusKeepsForItself) {
  EXPECT_EQ(label_name_of("__name__"), "");
  EXPECT_EQ(label_name_of("._x"), "");
  EXPECT_EQ(label_name_of(""), "");
  EXPECT_EQ(label_name_of("\x80"), "");
}

TEST(LabelValue, EscapesWhatTheFormatNames) {
  EXPECT_EQ(value_text(""), "");
  EXPECT_EQ(value_text("/docker/1f"), "/docker/1f");
  EXPECT_EQ(value_text(R"(C:\new "x")"), R"(C:\\new \"x\")");
  EXPECT_EQ(value_text("two\nlines\n"), R"(two\nlines\n)");
  EXPECT_EQ(value_text("tab\tcr\r{},="), "tab\tcr\r{},=") << "nothing else is escaped";
}

TEST(LabelValue, IsValidUtf8) {
  EXPECT_EQ(value_text("k\xC3\xA4se \xF0\x9F\x90\xB3"), "k\xC3\xA4se \xF0\x9F\x90\xB3");
  EXPECT_EQ(value_text("a\xFF"
                       "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(value_text("\xC3"), "\xEF\xBF\xBD") << "cut within a character";
  EXPECT_EQ(value_text("\xC3\"\xA4"), "\xEF\xBF\xBD\\\"\xEF\xBF\xBD");
  EXPECT_EQ(value_text("\xED\xA0\x80").size(), 9U) << "a surrogate";
}

TEST(LabelValue, IsTheSameWhereverAByteStands) {
  for (std::size_t place = 0; place < 40; ++place) {
    for (int byte = 0; byte < 0x100; ++byte) {
      std::string value(40, 'x');
      value[place] = static_cast<char>(byte);
      const auto middle = byte == '\n'   ? "\\n"
                          : byte == '"'  ? "\\\""
                          : byte == '\\' ? "\\\\"
                          : byte < 0x80  ? std::string(1, static_cast<char>(byte))
                                         : "\xEF\xBF\xBD";
      ASSERT_EQ(value_text(value), value.substr(0, place) + middle + value.substr(place + 1)) << place << ' ' << byte;
    }
  }
}

TEST(Header, EscapesTheHelpButNotItsQuotes) {
  std::string text;
  append_header(text, "a_total", "Path \\x, \"quoted\",\nnext line", metrics::Kind::counter);
  append_header(text, "b", "Bytes", metrics::Kind::gauge);
  EXPECT_EQ(
      text,
      "# HELP a_total Path \\\\x, \"quoted\",\\nnext line\n# TYPE a_total counter\n# HELP b Bytes\n# TYPE b gauge\n");
}

TEST(Value, IsExact) {
  EXPECT_EQ(number_text(std::int64_t{0}), "0");
  EXPECT_EQ(number_text(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(number_text(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(3.5), "3.5");
  EXPECT_EQ(number_text(1234567.891234567), "1234567.891234567");
  EXPECT_EQ(number_text(100000.0), "100000");
  EXPECT_EQ(number_text(1e-9), "1e-09");
  EXPECT_EQ(number_text(1.8446744073709552e19), "1.8446744073709552e+19");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::min()), "-2.2250738585072014e-308");
}

TEST(Value, HasTheFormatsNamesForWhatIsNotANumber) {
  EXPECT_EQ(number_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-Inf");
}

}  // namespace
}  // namespace cspy::serve
