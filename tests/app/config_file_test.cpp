#include "app/config_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/data.hpp"
#include "tests/support/settings.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::app {
namespace {

using test::environment_of;
using test::resolve_all;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(ConfigFile, ReportsEveryMistakeWithItsPosition) {
  const auto file = parse_config(
      "{\n  otlp_endpont: 'x',\n  otlp_export_interval: '5000',\n  log_level: 5,\n  zzzzzz: 1,\n}", "/etc/c.json");
  EXPECT_THAT(file.mistakes,
              ElementsAre("unknown key 'otlp_endpont' (/etc/c.json, line 2, column 3): did you mean 'otlp_endpoint'?",
                          "otlp_export_interval (/etc/c.json, line 3, column 25): expected a number, found a string",
                          "log_level (/etc/c.json, line 4, column 14): expected a string, found a number",
                          "unknown key 'zzzzzz' (/etc/c.json, line 5, column 3)"));
  EXPECT_THAT(
      parse_config("{a", "c").mistakes,
      ElementsAre("configuration file 'c': line 1, column 3: expected ':' after a key, found the end of the text"));
  EXPECT_THAT(parse_config("[]", "c").mistakes,
              ElementsAre("configuration file 'c': expected an object, found an array"));
  EXPECT_THAT(resolve_all({}, {}, "{otlp_export_interval: 1.5}").mistakes, ElementsAre(HasSubstr("= '1.5'")));
}

TEST(ConfigFile, MustBeReadableIfItIsNamed) {
  const test::TempDir dir;
  EXPECT_THAT(read_config_file(dir.file("none.json"), environment_of({})).mistakes,
              ElementsAre("configuration file '" + dir.file("none.json") + "': No such file or directory"));
  EXPECT_THAT(read_config_file(std::nullopt, environment_of({{"CSPY_CONFIG", dir.file("none.json")}})).mistakes,
              ElementsAre(HasSubstr("none.json")));
  EXPECT_THAT(read_config_file(dir.file(""), environment_of({})).mistakes, ElementsAre(HasSubstr("Is a directory")));
}

TEST(ConfigFile, IsReadFromTheNamedPath) {
  const test::TempDir dir;
  test::write_file(dir.file("c.json"), "// ours\n{log_level: 'debug'}");
  EXPECT_EQ(read_config_file(dir.file("c.json"), environment_of({})).values.at("log_level").value, "debug");
  EXPECT_EQ(read_config_file(std::nullopt, environment_of({{"CSPY_CONFIG", dir.file("c.json")}}))
                .values.at("log_level")
                .value,
            "debug");
  EXPECT_EQ(read_config_file(dir.file("c.json"), environment_of({{"CSPY_CONFIG", "/nonexistent"}})).values.size(), 1U)
      << "the flag beats the variable";
}

TEST(ConfigFile, ShowsNoValueInAMistake) {
  for (const auto* text : {"{otlp_headers: s3cr3t}", "{otlp_headers: ['s3cr3t']}", "{'otlp_headers=s3cr3t': 1}",
                           "{'otlp_headers: s3cr3t': 1}", "{otlp_headers: 'a=b' s3cr3t}", "{otlp_headers: -s3cr3t}",
                           "{otlp_headers: 's3cr3t", "{otlp_headers = s3cr3t}", "s3cr3t"}) {
    const auto mistakes = parse_config(text, "c").mistakes;
    ASSERT_EQ(mistakes.size(), 1U) << text;
    EXPECT_THAT(mistakes[0], testing::Not(HasSubstr("s3cr3t")));
  }
}

}  // namespace
}  // namespace cspy::app
