#include "app/process_families.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/time.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::app {
namespace {

std::map<std::string, double> values(const std::vector<serve::Family>& families) {
  std::map<std::string, double> found;
  for (const auto& family : families)
    found[family.name] = std::visit([](auto number) { return static_cast<double>(number); }, family.samples[0].value);
  return found;
}

TEST(ProcessFamilies, AreTheNumbersOfAProcess) {
  const test::TempDir proc;
  std::filesystem::create_directories(proc.file("self/fd"));
  for (const char* const fd : {"0", "1", "2", "7"})
    std::ofstream{proc.file("self/fd/") + fd};
  // The name of the program has a space and a bracket.
  std::ofstream{proc.file("self/stat")}
      << "42 (a b) c) S 1 42 42 0 -1 4194560 900 0 3 0 250 150 0 0 20 0 3 0 12000 5 6\n";
  std::ofstream{proc.file("self/statm")} << "1000 700 300 1 0 90 0\n";
  std::ofstream{proc.file("self/limits")}
      << "Limit                     Soft Limit           Hard Limit           Units\n"
         "Max open files            1024                 524288               files\n";
  std::ofstream{proc.file("stat")} << "cpu  1 2 3\nbtime 1795000000\nprocesses 9\n";
  const auto found = values(process_families(proc.file("")));
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  const std::map<std::string, double> expected{{"process_cpu_seconds_total", 400 / ticks},
                                               {"process_threads", 3},
                                               {"process_start_time_seconds", 1'795'000'000 + 12'000 / ticks},
                                               {"process_virtual_memory_bytes", 1'000 * page},
                                               {"process_resident_memory_bytes", 700 * page},
                                               {"process_open_fds", 3},
                                               {"process_max_fds", 1'024}};
  EXPECT_EQ(found, expected);
}

TEST(ProcessFamilies, AreLeftOutWhereTheirFilesCannotBeRead) {
  EXPECT_TRUE(process_families("/nowhere").empty());
}

TEST(ProcessFamilies, AreThoseOfThisProcess) {
  const auto found = values(process_families());
  EXPECT_GT(found.at("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(found.at("process_open_fds"), 3);
  const auto now = static_cast<double>(system_now()) / 1e9;
  EXPECT_LT(found.at("process_start_time_seconds"), now + 1);
  EXPECT_GT(found.at("process_start_time_seconds"), now - 86'400);
}

}  // namespace
}  // namespace cspy::app
