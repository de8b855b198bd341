#include "otlp/answer_json.hpp"

#include <gtest/gtest.h>

namespace cspy::otlp {
namespace {

std::uint64_t rejected(std::string_view points) {
  const auto parsed =
      parse_partial_success_json(R"({"partialSuccess":{"rejectedDataPoints":)" + std::string{points} + "}}");
  EXPECT_TRUE(parsed) << points << ": " << parsed.error().message;
  return parsed ? parsed->rejected_points : 0;
}

TEST(PartialSuccessJson, TakesThePointsAsStringOrNumber) {
  EXPECT_EQ(rejected(R"("7")"), 7U);
  EXPECT_EQ(rejected("7"), 7U);
  EXPECT_EQ(rejected("null"), 0U);
  EXPECT_EQ(rejected("-1"), 0U);
  EXPECT_EQ(rejected(R"("9223372036854775807")"), 9'223'372'036'854'775'807U);
}

TEST(PartialSuccessJson, IsWholeWhereNothingIsSaid) {
  for (const auto* body : {"", "{}", R"({"partialSuccess":{}})", R"({"partialSuccess":null,"other":[1,{}]})"}) {
    const auto parsed = parse_partial_success_json(body);
    ASSERT_TRUE(parsed) << body;
    EXPECT_EQ(parsed->rejected_points, 0U) << body;
    EXPECT_EQ(parsed->message, "") << body;
  }
}

TEST(PartialSuccessJson, ShowsTheMessageAsOneBoundedLine) {
  EXPECT_EQ(parse_partial_success_json(R"({"partialSuccess":{"errorMessage":"a\nb"}})")->message, "a?b");
  const auto text = R"({"partialSuccess":{"errorMessage":")" + std::string(5000, 'x') + R"("}})";
  EXPECT_EQ(parse_partial_success_json(text)->message, std::string(200, 'x'));
}

TEST(PartialSuccessJson, RefusesWhatItIsNot) {
  for (const auto* body :
       {"<html>", "[]", "{", R"({"partialSuccess":7})", R"({"partialSuccess":{"rejectedDataPoints":"many"}})",
        R"({"partialSuccess":{"rejectedDataPoints":true}})"})
    EXPECT_FALSE(parse_partial_success_json(body)) << body;
}

TEST(StatusMessageJson, IsTheMessageOrNothing) {
  EXPECT_EQ(parse_status_message_json(R"({"code":3,"message":"no","details":[]})"), "no");
  for (const auto* body : {"", "{}", "no", R"({"message":7})", R"({"message":""})"})
    EXPECT_EQ(parse_status_message_json(body), std::nullopt) << body;
}

}  // namespace
}  // namespace cspy::otlp
