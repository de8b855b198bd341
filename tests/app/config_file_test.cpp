#include "app/config_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>

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
      "{\n  otlp_endpont: 'x',\n  otlp_export_interval: true,\n  log_level: 5,\n  zzzzzz: 1,\n}", "/etc/c.json");
  EXPECT_THAT(
      file.mistakes,
      ElementsAre("unknown key 'otlp_endpont' (/etc/c.json, line 2, column 3): did you mean 'otlp_endpoint'?",
                  "otlp_export_interval (/etc/c.json, line 3, column 25): expected a number or a string, found a "
                  "boolean",
                  "log_level (/etc/c.json, line 4, column 14): expected a string, found a number",
                  "unknown key 'zzzzzz' (/etc/c.json, line 5, column 3)"));
  EXPECT_THAT(
      parse_config("{a", "c").mistakes,
      ElementsAre("configuration file 'c': line 1, column 3: expected ':' after a key, found the end of the text"));
  EXPECT_THAT(parse_config("[]", "c").mistakes,
              ElementsAre("configuration file 'c': expected an object, found an array"));
  EXPECT_THAT(resolve_all({}, {}, "{otlp_export_interval: 1.5}").mistakes, ElementsAre(HasSubstr("= '1.5'")));
}

TEST(ConfigFile, TakesAnObjectForAListOfPairs) {
  const auto resolved =
      resolve_all({}, {}, "{extra_labels: {env: 'a, b=c %', host: 'x'}, resource_attributes: {'a b': '1'}}");
  EXPECT_THAT(resolved.mistakes, testing::IsEmpty());
  EXPECT_EQ(resolved.options.extra_labels, (KeyValues{{"env", "a, b=c %"}, {"host", "x"}}));
  EXPECT_EQ(resolved.options.resource_attributes, (KeyValues{{"a b", "1"}}));
  EXPECT_EQ(resolve_all({}, {}, "{extra_labels: 'env=prod'}").options.extra_labels, (KeyValues{{"env", "prod"}}));
  EXPECT_THAT(resolve_all({}, {{"CSPY_EXTRA_LABELS", "a-b=1"}}, "{}").mistakes,
              ElementsAre("extra_labels = 'a-b=1' (environment variable CSPY_EXTRA_LABELS): 'a-b' is not the name of a "
                          "label: expected letters, digits and '_', and neither a digit nor '__' first"));
  EXPECT_THAT(parse_config("{extra_labels: {env: 1}}", "c").mistakes,
              ElementsAre("extra_labels (c, line 1, column 16): expected a string or an object of strings, found an "
                          "object"));
  EXPECT_THAT(parse_config("{extra_labels: ['a=1']}", "c").mistakes,
              ElementsAre("extra_labels (c, line 1, column 16): expected a string or an object of strings, found an "
                          "array"));
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

TEST(ConfigTrust, IsLostIfOthersCanChangeTheFile) {
  using enum ConfigPlace;
  constexpr std::uint32_t us = 65534;
  const auto told = [](ConfigPlace place, FileAccess access) {
    const auto trust = trust_in(place, access, us);
    return (trust.refused ? "refused: " : "read: ") + trust.doubt;
  };
  for (const auto place : {chosen, working_directory}) {
    EXPECT_EQ(told(place, {.owner = 0, .mode = 0644}), "read: ");
    EXPECT_EQ(told(place, {.owner = us, .mode = 0600}), "read: ");
  }
  EXPECT_EQ(told(chosen, {.owner = 1000, .mode = 0644}), "read: ") << "a mount from the host";
  EXPECT_EQ(told(chosen, {.owner = 0, .mode = 0664}), "read: other users can change it (mode 0664)");
  EXPECT_EQ(told(chosen, {.owner = 1000, .mode = 0666}), "read: other users can change it (mode 0666)");
  EXPECT_EQ(told(working_directory, {.owner = 1000, .mode = 0644}), "refused: user 1000, who owns it, can change it");
  EXPECT_EQ(told(working_directory, {.owner = us, .mode = 0602}), "refused: other users can change it (mode 0602)");
}

TEST(ConfigPlace, IsChosenWhereOnlyRootCanPutAFile) {
  EXPECT_EQ(place_of("/etc/containerspy/config.json", "/home/me"), ConfigPlace::chosen);
  EXPECT_EQ(place_of("config.json", "/"), ConfigPlace::chosen) << "as in a container";
  EXPECT_EQ(place_of("config.json", "/tmp"), ConfigPlace::working_directory);
  EXPECT_EQ(place_of("config.json", ""), ConfigPlace::working_directory) << "it is not known";
}

struct InWorkingDirectory : testing::Test {
  InWorkingDirectory() : before{std::filesystem::current_path()} {
    std::filesystem::current_path(dir.file(""));
    test::write_file("config.json", "{log_level: 'debug'}");
  }
  ~InWorkingDirectory() override { std::filesystem::current_path(before); }

  test::TempDir dir;
  std::filesystem::path before;
};

TEST_F(InWorkingDirectory, AFileIsReadAndNamed) {
  ASSERT_EQ(::chmod("config.json", 0644), 0);
  const auto file = read_config_file(std::nullopt, environment_of({}));
  EXPECT_EQ(file.values.at("log_level").value, "debug");
  EXPECT_EQ(file.path, dir.file("config.json"));
  EXPECT_THAT(file.warnings, testing::IsEmpty());
}

TEST_F(InWorkingDirectory, AFileThatOthersCanChangeIsRefusedUnlessItIsNamed) {
  ASSERT_EQ(::chmod("config.json", 0666), 0);
  const auto refused = read_config_file(std::nullopt, environment_of({}));
  EXPECT_THAT(refused.values, testing::IsEmpty());
  EXPECT_THAT(refused.mistakes, ElementsAre("configuration file '" + dir.file("config.json") +
                                            "': other users can change it (mode 0666): give it to root or to the "
                                            "user of ContainerSpy, remove the write permission of others ('chmod "
                                            "go-w'), or name it with --config or CSPY_CONFIG"));
  const auto named = read_config_file("config.json", environment_of({}));
  EXPECT_EQ(named.values.at("log_level").value, "debug");
  EXPECT_THAT(named.mistakes, testing::IsEmpty());
  EXPECT_THAT(named.warnings, ElementsAre("configuration file '" + dir.file("config.json") +
                                          "': other users can change it (mode 0666): remove their write permission "
                                          "('chmod go-w')"));
}

}  // namespace
}  // namespace cspy::app
