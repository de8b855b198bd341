#include "metrics/interfaces.hpp"

#include <gtest/gtest.h>

namespace cspy::metrics {
namespace {

TEST(Interfaces, IgnoresWhatCAdvisorIgnoresByTheBeginningOfTheName) {
  for (const auto* const name : {"lo", "lo1", "Loopback", "veth12ab", "docker0", "docker_gwbridge", "NERDCTL0"})
    EXPECT_TRUE(is_ignored_interface(name)) << name;
  for (const auto* const name : {"eth0", "tun0", "br-12ab", "l", "nerdct", "vet", "wlo1", ""})
    EXPECT_FALSE(is_ignored_interface(name)) << name;
}

}  // namespace
}  // namespace cspy::metrics
