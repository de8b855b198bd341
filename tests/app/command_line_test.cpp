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
  EXPECT_THAT(
      parsed.mistakes,
      ElementsAre("unknown argument '--otlp-endpont=http://x' on the command line: did you mean '--otlp-endpoint'?",
                  "unknown argument '--foo' on the command line", "unknown argument 'stray' on the command line"));
  EXPECT_TRUE(command_line({"-h"}).help);
  EXPECT_TRUE(command_line({"--version"}).version);
  EXPECT_THAT(command_line({"--log-level"}).mistakes, ElementsAre(HasSubstr("--log-level")));
}

}  // namespace
}  // namespace cspy::app
