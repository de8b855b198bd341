#include "host/machine.hpp"

#include <gtest/gtest.h>

#include "tests/support/data.hpp"

namespace cspy::host {
namespace {

TEST(Machine, ReadsTheMemoryInTheKernelsUnits) {
  EXPECT_EQ(this_machine(test::data_path("fleet-cadvisor/proc/meminfo")).memory_bytes, 4'103'290'880U);
  EXPECT_EQ(this_machine("/nonexistent").memory_bytes, 0U);
}

TEST(Machine, IsTheEnginesOnlyWhereKernelAndMemoryAreTheSame) {
  const Machine machine{.name = "host", .kernel_version = "6.1.0-56-amd64", .memory_bytes = 4'103'290'880};
  EXPECT_TRUE(is_same(machine, "6.1.0-56-amd64", 4'103'290'880));
  EXPECT_FALSE(is_same(machine, "6.1.0-56-amd64", 4'103'290'881)) << "another machine with the same kernel";
  EXPECT_FALSE(is_same(machine, "6.10.14-linuxkit", 4'103'290'880));
  EXPECT_FALSE(is_same({.name = "host", .kernel_version = "", .memory_bytes = 0}, "", 0))
      << "knowing nothing is not being the same";
}

}  // namespace
}  // namespace cspy::host
