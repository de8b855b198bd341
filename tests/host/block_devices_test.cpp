#include "host/block_devices.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::host {
namespace {

struct BlockDevicesTest : testing::Test {
  BlockDevicesTest() {
    link("8:0", "pci/block/sda");
    link("8:1", "pci/block/sda/sda1");
    link("254:0", "virtio/block/vda");
    link("7:0", "virtual/block/loop0");
    link("1:0", "virtual/block/ram0");
    link("11:0", "ata/block/sr0");
    link("259:0", "nvme/block/nvme0n1");
    link("259:1", "nvme/block/nvme0c0n1");
    test::write_file(dir.file("devices/nvme/block/nvme0c0n1/hidden"), "1\n");
  }
  void link(const std::string& number, const std::string& device) const {
    std::filesystem::create_directories(dir.file("devices/" + device));
    std::filesystem::create_directories(dir.file("dev"));
    std::filesystem::create_symlink("../devices/" + device, dir.file("dev/" + number));
  }
  test::TempDir dir;
  BlockDevices devices{dir.file("dev")};
};

TEST_F(BlockDevicesTest, NamesWholeDisksAsCAdvisorDoes) {
  EXPECT_EQ(devices.name(8, 0), "/dev/sda");
  EXPECT_EQ(devices.name(254, 0), "/dev/vda");
  EXPECT_EQ(devices.name(259, 0), "/dev/nvme0n1");
}

TEST_F(BlockDevicesTest, PassesOverWhatCAdvisorPassesOver) {
  EXPECT_EQ(devices.name(8, 1), "") << "a partition";
  EXPECT_EQ(devices.name(7, 0), "");
  EXPECT_EQ(devices.name(1, 0), "");
  EXPECT_EQ(devices.name(11, 0), "");
  EXPECT_EQ(devices.name(259, 1), "") << "a hidden path of an NVMe disk";
}

TEST_F(BlockDevicesTest, DoesNotKnowWhatIsNotThere) {
  EXPECT_EQ(devices.name(99, 9), "");
  link("99:9", "late/block/sdz");
  EXPECT_EQ(devices.name(99, 9), "/dev/sdz") << "plugged in later";
}

TEST_F(BlockDevicesTest, RemembersNames) {
  EXPECT_EQ(devices.name(8, 0), "/dev/sda");
  std::filesystem::remove(dir.file("dev/8:0"));
  EXPECT_EQ(devices.name(8, 0), "/dev/sda");
}

TEST_F(BlockDevicesTest, LooksAgainForNames) {
  EXPECT_EQ(devices.name(8, 0), "/dev/sda");
  EXPECT_EQ(devices.name(254, 0), "/dev/vda");
  std::filesystem::remove(dir.file("dev/8:0"));
  link("8:0", "pci/block/sdb");
  EXPECT_EQ(devices.name(8, 0), "/dev/sda");
  devices.look_again();
  EXPECT_EQ(devices.name(8, 0), "/dev/sdb") << "another disk has the number";
  std::filesystem::remove(dir.file("dev/8:0"));
  test::write_file(dir.file("dev/8:0"), "");
  devices.look_again();
  EXPECT_EQ(devices.name(8, 0), "/dev/sdb") << "not a link: the name cannot be read";
  std::filesystem::remove(dir.file("dev/8:0"));
  devices.look_again();
  EXPECT_EQ(devices.name(8, 0), "") << "the disk is gone";
}

}  // namespace
}  // namespace cspy::host
