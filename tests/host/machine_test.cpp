#include "host/machine.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::host {
namespace {

TEST(Machine, ReadsTheMemoryInTheKernelsUnits) {
  EXPECT_EQ(this_machine({.proc = test::data_path("fleet-cadvisor/proc")}).memory_bytes, 4'103'290'880U);
}

TEST(Machine, KnowsWhenItBooted) {
  EXPECT_EQ(this_machine({.proc = test::data_path("fleet-cadvisor/proc")}).booted % nanos_per_second, 0U);
  EXPECT_GT(this_machine({.proc = test::data_path("fleet-cadvisor/proc")}).booted, 0U);
  EXPECT_EQ(this_machine({.proc = "/nonexistent"}).booted, 0U);
}

TEST(Machine, HasNothingWhereNothingCanBeRead) {
  const auto machine = this_machine({.proc = "/nonexistent", .sys = "/nonexistent", .root = "/nonexistent"});
  EXPECT_EQ(machine.memory_bytes, 0U);
  for (const auto count : {machine.swap_bytes, machine.cpus, machine.physical_cores, machine.sockets})
    EXPECT_FALSE(count);
  for (const auto& text : {machine.boot_id, machine.machine_id, machine.system_uuid, machine.os_name})
    EXPECT_EQ(text, "");
}

struct MachineTest : testing::Test {
  void write(const std::string& path, std::string_view content) const {
    std::filesystem::create_directories(std::filesystem::path{dir.file(path)}.parent_path());
    test::write_file(dir.file(path), content);
  }
  [[nodiscard]] Machine read() const {
    return this_machine({.proc = dir.file("proc"), .sys = dir.file("sys"), .root = dir.file("root")});
  }
  test::TempDir dir;
};

TEST_F(MachineTest, CountsTheCpusThatAreOnline) {
  write("proc/cpuinfo", test::read_data("fleet-cadvisor/proc/cpuinfo"));
  write("sys/devices/system/cpu/online", "0-1,4-7\n");
  const auto machine = read();
  EXPECT_EQ(machine.cpus, Count{6});
  EXPECT_EQ(machine.physical_cores, Count{2});
  EXPECT_EQ(machine.sockets, Count{1});
}

TEST_F(MachineTest, LooksForCoresInSysWhereProcDoesNotTell) {
  write("proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 108.00\n");
  write("sys/devices/system/cpu/online", "0-2\n");
  write("sys/devices/system/cpu/cpu0/topology/core_id", "0\n");
  write("sys/devices/system/cpu/cpu0/topology/physical_package_id", "0\n");
  write("sys/devices/system/cpu/cpu1/topology/core_id", "0\n");
  write("sys/devices/system/cpu/cpu1/topology/physical_package_id", "1\n");
  const auto machine = read();
  EXPECT_EQ(machine.cpus, Count{3});
  EXPECT_EQ(machine.physical_cores, Count{2}) << "a CPU that says nothing is core 0 of socket 0";
  EXPECT_EQ(machine.sockets, Count{2});
}

TEST_F(MachineTest, HasTheIdsThatCAdvisorHas) {
  write("proc/sys/kernel/random/boot_id", "83c6c783-2b8a-4185-8f5e-3016ccc7c7d7\n");
  write("root/var/lib/dbus/machine-id", "0dbu5\n");
  auto machine = read();
  EXPECT_EQ(machine.boot_id, "83c6c783-2b8a-4185-8f5e-3016ccc7c7d7");
  EXPECT_EQ(machine.machine_id, "0dbu5");
  EXPECT_EQ(machine.system_uuid, "") << "which is not looked for there";

  write("root/etc/machine-id", "5cafbac2e8e84791b939dd7138d87a2c\n");
  machine = read();
  EXPECT_EQ(machine.machine_id, "5cafbac2e8e84791b939dd7138d87a2c");
  EXPECT_EQ(machine.system_uuid, "5cafbac2e8e84791b939dd7138d87a2c");

  write("proc/device-tree/vm,uuid", std::string_view{"d0d0-1\0", 7});
  EXPECT_EQ(read().system_uuid, "d0d0-1");
  write("sys/class/dmi/id/product_uuid", "4c4c4544-0042\n");
  EXPECT_EQ(read().system_uuid, "4c4c4544-0042");
}

TEST_F(MachineTest, GrowsAndShrinksAndStaysAsItIsIfItCannotBeRead) {
  write("proc/meminfo", "MemTotal: 4 kB\nSwapTotal: 2 kB\n");
  write("sys/devices/system/cpu/online", "0-3\n");
  auto machine = read();
  machine.boot_id = "83c6c783";
  write("proc/meminfo", "MemTotal: 8 kB\nSwapTotal: 0 kB\n");
  write("sys/devices/system/cpu/online", "0-1\n");
  const MachinePaths paths{.proc = dir.file("proc"), .sys = dir.file("sys"), .root = dir.file("root")};
  update_size(machine, paths);
  EXPECT_EQ(machine.memory_bytes, 8'192U);
  EXPECT_EQ(machine.swap_bytes, Count{0});
  EXPECT_EQ(machine.cpus, Count{2});
  EXPECT_EQ(machine.boot_id, "83c6c783");
  std::filesystem::remove_all(dir.file("proc"));
  std::filesystem::remove_all(dir.file("sys"));
  update_size(machine, paths);
  EXPECT_EQ(machine.memory_bytes, 8'192U);
  EXPECT_EQ(machine.cpus, Count{2});
}

TEST_F(MachineTest, HasTheNameOfItsSystem) {
  write("root/etc/os-release", "NAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
  EXPECT_EQ(read().os_name, "Debian GNU/Linux 12 (bookworm)");
}

TEST(OsPrettyName, MayBeQuotedOrNot) {
  EXPECT_EQ(os_pretty_name("PRETTY_NAME='Alpine Linux v3.22'"), "Alpine Linux v3.22");
  EXPECT_EQ(os_pretty_name("PRETTY_NAME=Arch\n"), "Arch");
  EXPECT_EQ(os_pretty_name("PRETTY_NAME=\""), "\"");
  EXPECT_EQ(os_pretty_name("NAME=Arch\n"), "");
}

}  // namespace
}  // namespace cspy::host
