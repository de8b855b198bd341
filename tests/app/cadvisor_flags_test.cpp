// The table of cAdvisor's flags against our settings.
#include "app/cadvisor_flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "app/option_table.hpp"

namespace cspy::app {
namespace {

using Fate = CadvisorFlag::Fate;

std::set<std::string_view> our_keys() {
  std::set<std::string_view> keys;
  for (const auto& row : option_table())
    keys.insert(row.key);
  return keys;
}

TEST(CadvisorFlags, NameSettingsThatExistOrAreExpected) {
  // The settings of the door for scrapes, and of TLS to the engine.
  const std::set<std::string_view> expected{"listen_users", "docker_certificate", "docker_client_certificate",
                                            "docker_client_key"};
  const auto keys = our_keys();
  for (const auto& flag : cadvisor_flags()) {
    if (flag.fate != Fate::setting) continue;
    EXPECT_TRUE(keys.contains(flag.option) || expected.contains(flag.option)) << flag.name << " sets " << flag.option;
  }
}

TEST(CadvisorFlags, SayWhatTheyDo) {
  for (const auto& flag : cadvisor_flags()) {
    EXPECT_NE(flag.note, "") << flag.name;
    EXPECT_EQ(flag.convert != nullptr, flag.fate == Fate::setting) << flag.name;
    EXPECT_EQ(flag.option.empty(), flag.fate != Fate::setting) << flag.name;
  }
}

TEST(CadvisorFlags, AreListedOnceAndShadowNoneOfOurs) {
  std::set<std::string_view> names;
  std::set<std::string> ours{"--help", "--version", "--print-config", "--config"};
  for (const auto& row : option_table())
    ours.insert(row.flag());
  for (const auto& flag : cadvisor_flags()) {
    EXPECT_TRUE(names.insert(flag.name).second) << flag.name << " is listed twice";
    EXPECT_FALSE(ours.contains("--" + std::string{flag.name})) << flag.name << " is also one of our flags";
    EXPECT_EQ(find_cadvisor_flag(flag.name), &flag);
  }
  EXPECT_EQ(find_cadvisor_flag("portt"), nullptr);
  EXPECT_EQ(find_cadvisor_flag(""), nullptr);
}

}  // namespace
}  // namespace cspy::app
