#include "app/console.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/settings.hpp"

namespace cspy::app {
namespace {

using test::environment_of;
using test::resolve_all;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Console, PrintsTheSettingsAsAFileThatCanBeReadAgain) {
  const auto resolved =
      resolve_all({"--instance-id", "a\"b", "--queue-age", "1h30m"}, {{"CSPY_OTLP_INTERVAL", "5000"}});
  const auto text = config_text(resolved);
  EXPECT_THAT(text, HasSubstr("  otlp_export_interval: 5000,  // environment variable CSPY_OTLP_INTERVAL\n"));
  EXPECT_THAT(text, HasSubstr("  queue_age: \"1h30m\",  // command line --queue-age\n"));
  EXPECT_THAT(text, HasSubstr("  queue_limit: \"32MiB\",  // default\n"));
  EXPECT_THAT(text, HasSubstr("  instance_id: \"a\\\"b\",  // command line --instance-id\n"));
  EXPECT_THAT(text, HasSubstr("  docker_socket: \"/var/run/docker.sock\",  // default\n"));
  const auto again = resolve({}, environment_of({}), parse_config(text, "printed").values);
  EXPECT_THAT(again.mistakes, IsEmpty());
  EXPECT_EQ(again.options.otlp_export_interval, resolved.options.otlp_export_interval);
  EXPECT_EQ(again.options.queue_age, std::chrono::minutes{90});
  EXPECT_EQ(again.options.queue_limit, resolved.options.queue_limit);
  EXPECT_EQ(again.options.instance_id, "a\"b");
}

TEST(Console, HelpNamesEveryFlagVariableAndDefault) {
  const auto help = help_text();
  for (const auto& row : option_table()) {
    EXPECT_THAT(help, HasSubstr(row.flag() + " "));
    EXPECT_THAT(help, HasSubstr(std::string{row.environment.front().name}));
    EXPECT_THAT(help, HasSubstr(std::string{row.default_value}));
    for (const auto& variable : row.ambient)
      EXPECT_THAT(help, HasSubstr(std::string{variable.name}));
  }
  EXPECT_THAT(help, HasSubstr("--print-config"));
  EXPECT_THAT(help, HasSubstr("Precedence: flag > environment variable > configuration file > standard variable > "
                              "default\n"));
}

}  // namespace
}  // namespace cspy::app
