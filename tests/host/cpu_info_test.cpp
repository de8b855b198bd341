#include "host/cpu_info.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "host/words.hpp"
#include "tests/support/data.hpp"

namespace cspy::host {
namespace {

using testing::ElementsAre;
using testing::Optional;

CpuInfo info_of(std::string_view text) {
  CpuInfo info;
  for_each_line(text, [&](std::string_view line) { info.line(line); });
  return info;
}

TEST(CpuInfo, CountsDifferentCoresAndSockets) {
  const auto info = info_of(
      "processor\t: 0\nphysical id\t: 0\ncore id\t\t: 0\n\nprocessor\t: 1\nphysical id\t: 0\ncore id\t\t: 1\n\n"
      "processor\t: 2\nphysical id\t: 1\ncore id\t\t: 0\n\nprocessor\t: 3\nphysical id\t: 1\ncore id\t\t: 1\n");
  EXPECT_EQ(info.processors(), Count{4});
  EXPECT_EQ(info.cores(), Count{2}) << "whatever the socket, as cAdvisor counts";
  EXPECT_EQ(info.sockets(), Count{2});
}

TEST(CpuInfo, OfARecordedMachine) {
  const auto info = info_of(test::read_data("fleet-cadvisor/proc/cpuinfo"));
  EXPECT_EQ(info.processors(), Count{2});
  EXPECT_EQ(info.cores(), Count{2});
  EXPECT_EQ(info.sockets(), Count{1});
}

TEST(CpuInfo, IsAbsentWhereTheArchitectureDoesNotTell) {
  const auto info = info_of("processor\t: 0\nBogoMIPS\t: 108.00\nCPU implementer\t: 0x41\ncore id : x\n");
  EXPECT_EQ(info.processors(), Count{1});
  EXPECT_EQ(info.cores(), Count{});
  EXPECT_EQ(info.sockets(), Count{});
  EXPECT_EQ(info_of("").processors(), Count{});
}

TEST(CpuList, HasNumbersAndRanges) {
  EXPECT_THAT(parse_cpu_list("0-3,8,10-11\n"), Optional(ElementsAre(0, 1, 2, 3, 8, 10, 11)));
  EXPECT_THAT(parse_cpu_list("0"), Optional(ElementsAre(0)));
  EXPECT_EQ(parse_cpu_list("0-4294967295")->size(), limits::cpus_max);
  for (const auto* const list : {"", "\n", "a", "1-", "-1", "3-1", "1,,2", "1-2-3"})
    EXPECT_EQ(parse_cpu_list(list), std::nullopt) << list;
}

TEST(Meminfo, IsInBytes) {
  const auto meminfo = test::read_data("fleet-cadvisor/proc/meminfo");
  EXPECT_EQ(meminfo_bytes(meminfo, "MemTotal"), Count{4'103'290'880});
  EXPECT_EQ(meminfo_bytes(meminfo, "SwapTotal"), Count{0});
  EXPECT_EQ(meminfo_bytes(meminfo, "Mem"), Count{});
  EXPECT_EQ(meminfo_bytes("MemTotal: 5", "MemTotal"), Count{});
}

}  // namespace
}  // namespace cspy::host
