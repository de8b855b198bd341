#include "base/json_reader.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/limits.hpp"

namespace cspy::json {
namespace {

struct Target {
  std::string name;
  Count count;
  std::vector<std::string> keys;
  bool flag = false;
};

bool add_key(void* target, std::string_view key, const Scalar&) {
  static_cast<Target*>(target)->keys.emplace_back(key);
  return true;
}

constexpr std::array map_fields{Node{.key = "*", .store = add_key}};
constexpr std::array inner_fields{into<&Target::count, Target>("count"), into<&Target::flag, Target>("flag")};
constexpr std::array fields{into<&Target::name, Target>("name"), object("inner", inner_fields),
                            object("map", map_fields)};
constexpr auto schema = object("", fields);

std::string error_of(std::string_view text) {
  Target target;
  const auto read = read_all(schema, &target, text);
  return read ? "none" : read.error().message;
}

TEST(JsonSchema, StoresWhatItNamesAndPassesOverTheRest) {
  Target target;
  ASSERT_TRUE(read_all(
      schema, &target,
      R"( {"x":[{"count":1},[[]],"name"],"name":"w\u00e4b","inner":{"y":{"count":5},"count":7,"flag":true},"map":{"a":1,"b":null,"c":"x"},"z":1.5e9} )"));
  EXPECT_EQ(target.name,
            "w\xC3\xA4"
            "b");
  EXPECT_EQ(*target.count, 7U);
  EXPECT_TRUE(target.flag);
  EXPECT_EQ(target.keys, (std::vector<std::string>{"a", "c"})) << "null counts as absent";
}

TEST(JsonSchema, TakesTheWholeRangeOfCounts) {
  Target target;
  ASSERT_TRUE(read_all(schema, &target, R"({"inner":{"count":18446744073709551614}})"));
  EXPECT_EQ(*target.count, 18'446'744'073'709'551'614U);
  ASSERT_TRUE(read_all(schema, &target, R"({"inner":{"count":0}})"));
  EXPECT_EQ(*target.count, 0U);
}

TEST(JsonSchema, NamesTheFieldOfTheWrongType) {
  EXPECT_EQ(error_of(R"({"inner":{"count":"7"}})"), "'inner.count' has the wrong type");
  EXPECT_EQ(error_of(R"({"inner":{"count":-1}})"), "'inner.count' has the wrong type");
  EXPECT_EQ(error_of(R"({"inner":{"count":1.5}})"), "'inner.count' has the wrong type");
  EXPECT_EQ(error_of(R"({"inner":{"count":99999999999999999999}})"), "'inner.count' has the wrong type");
  EXPECT_EQ(error_of(R"({"inner":{"count":{}}})"), "'inner.count' has the wrong type");
  EXPECT_EQ(error_of(R"({"inner":[]})"), "'inner' has the wrong type");
  EXPECT_EQ(error_of(R"({"inner":7})"), "'inner' has the wrong type");
  EXPECT_EQ(error_of(R"({"name":["x"]})"), "'name' has the wrong type");
  EXPECT_EQ(error_of("[]"), "'' has the wrong type");
  EXPECT_EQ(error_of("null"), "none") << "null counts as absent";
}

TEST(JsonSchema, RefusesWhatIsNoJson) {
  for (const std::string text :
       {"", "{", "{\"name\":", "{\"name\":\"x}", "{name:1}", "{} {}", "{\"a\":01}", "nul", "{\"a\":1,}"}) {
    EXPECT_TRUE(error_of(text).starts_with("not JSON at byte ")) << text << ": " << error_of(text);
  }
}

TEST(JsonSchema, RepairsInvalidUtf8) {
  Target target;
  ASSERT_TRUE(read_all(schema, &target, "{\"name\":\"a\xFF\"}"));
  EXPECT_EQ(target.name, "a\xEF\xBF\xBD");
}

TEST(JsonSchema, BoundsDepthAndStrings) {
  const std::string deep(1'000, '[');
  EXPECT_TRUE(error_of("{\"x\":" + deep).starts_with("not JSON at byte ")) << error_of("{\"x\":" + deep);
  Target target;
  ASSERT_TRUE(read_all(schema, &target, "{\"name\":\"" + std::string(100'000, 'x') + "\"}"));
  EXPECT_EQ(target.name.size(), limits::label_value_bytes_max);
}

TEST(JsonReader, GivesTheSameWhereverTheTextIsCut) {
  const std::string text =
      R"({"name":"w\u00e4\ud83d\udc33","other":{"name":[1,2,{"a":"b"}]},"inner":{"count":1234567,"flag":true},"map":{"k1":1,"k2":"v"}})";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Target target;
    Reader reader{schema, &target, 100};
    ASSERT_TRUE(reader.feed(std::string_view{text}.substr(0, cut))) << cut;
    ASSERT_TRUE(reader.feed(std::string_view{text}.substr(cut))) << cut;
    ASSERT_TRUE(reader.finish()) << cut;
    EXPECT_EQ(target.name, "w\xC3\xA4\xF0\x9F\x90\xB3") << cut;
    EXPECT_EQ(*target.count, 1'234'567U) << cut;
    EXPECT_EQ(target.keys, (std::vector<std::string>{"k1", "k2"})) << cut;
  }
}

TEST(JsonReader, NoticesThatTheTextIsNotComplete) {
  Target target;
  Reader reader{schema, &target, 100};
  ASSERT_TRUE(reader.feed(R"({"name":"x")"));
  const auto ended = reader.finish();
  ASSERT_FALSE(ended);
  EXPECT_TRUE(ended.error().message.starts_with("not JSON at byte 11")) << ended.error().message;
}

}  // namespace
}  // namespace cspy::json
