#include "app/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/settings.hpp"

namespace cspy::app {
namespace {

using test::command_line;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(CommandLineFlags, AreParsedAndUnknownOnesAreAllReported) {
  const auto parsed =
      command_line({"--config", "x.json", "--print-config", "--otlp-endpont=http://x", "--foo", "stray"});
  EXPECT_EQ(parsed.config_file, "x.json");
  EXPECT_TRUE(parsed.print_config);
  EXPECT_THAT(parsed.mistakes,
              ElementsAre("unknown flag '--otlp-endpont' on the command line: did you mean '--otlp-endpoint'?",
                          "unknown flag '--foo' on the command line",
                          "a word on the command line is neither a flag nor the value of a known flag"));
  EXPECT_TRUE(command_line({"-h"}).help);
  EXPECT_TRUE(command_line({"--version"}).version);
  EXPECT_THAT(command_line({"--log-level"}).mistakes, ElementsAre(HasSubstr("--log-level")));
}

TEST(CommandLineFlags, ShowNoValue) {
  const std::vector<std::vector<const char*>> wrong{
      {"--otlp-header=authorization=Bearer s3cr3t"},
      {"--otlp-header", "s3cr3t"},
      {"--otlp-header authorization=s3cr3t"},
      {"--otlp-header:s3cr3t"},
      {"-otlp-headers=s3cr3t"},
      {"-ps3cr3t"},
      {"s3cr3t"},
      {"--help=s3cr3t"},
      {"--print-config=s3cr3t"},
      {"--otlp-headers", "a=b", "--otlp-headers", "s3cr3t"},
      {"--otlp-headers", "a=b", "s3cr3t"},
      {"--", "s3cr3t"},
      {"--config", "a", "--config=s3cr3t"},
  };
  for (const auto& words : wrong) {
    const auto parsed = command_line(words);
    EXPECT_THAT(parsed.mistakes, testing::Not(testing::IsEmpty())) << words.front();
    for (const auto& mistake : parsed.mistakes)
      EXPECT_THAT(mistake, testing::Not(HasSubstr("s3cr3t")));
  }
  EXPECT_THAT(command_line({"-otlp-endpont=http://x"}).mistakes,
              ElementsAre("unknown flag '-o' on the command line: did you mean '--otlp-endpoint'?"));
  EXPECT_THAT(command_line({"--help=x"}).mistakes,
              ElementsAre("command line: --help, --version and --print-config do not take a value"));
}

}  // namespace
}  // namespace cspy::app
