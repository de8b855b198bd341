#include "host/disk_stats.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::host {
namespace {

using metrics::DeviceCounters;

TEST(DiskStats, FindADeviceByItsNumbers) {
  KernelFiles files;
  const auto proc = Directory::open(test::data_path("fleet-cadvisor/proc").c_str());
  const auto disk = read_disk(files, *proc, 254, 0);
  ASSERT_TRUE(disk);
  EXPECT_EQ(disk->device, "/dev/vda");
  EXPECT_EQ(disk->reads, Count{2'216});
  EXPECT_EQ(disk->reads_merged, Count{438});
  EXPECT_EQ(disk->sectors_read, Count{366'938});
  EXPECT_EQ(disk->read_ns, Count{1'544'000'000});
  EXPECT_EQ(disk->writes, Count{8'468});
  EXPECT_EQ(disk->writes_merged, Count{8'054});
  EXPECT_EQ(disk->sectors_written, Count{2'632'808});
  EXPECT_EQ(disk->write_ns, Count{10'489'000'000});
  EXPECT_EQ(disk->io_current, Count{0});
  EXPECT_EQ(disk->io_ns, Count{7'940'000'000});
  EXPECT_EQ(disk->weighted_ns, Count{12'941'000'000});
  EXPECT_FALSE(disk->read_bytes) << "not told";
  EXPECT_FALSE(read_disk(files, *proc, 254, 1));
}

TEST(DiskStats, NeedElevenNumbers) {
  EXPECT_TRUE(parse_disk_line(" 259 0 nvme0n1p1 1 2 3 4 5 6 7 8 9 10 11"));
  EXPECT_FALSE(parse_disk_line(" 259 0 nvme0n1p1 1 2 3 4 5 6 7 8 9 10"));
  EXPECT_FALSE(parse_disk_line(" 259 0 nvme0n1p1 1 2 3 4 5 6 7 8 9 10 x"));
  EXPECT_FALSE(parse_disk_line("259 0"));
  EXPECT_FALSE(parse_disk_line(""));
}

DeviceCounters disk_of(const std::string& name) {
  auto disk = *parse_disk_line("254 0 x 2216 438 366938 1544 8468 8054 2632808 10489 0 7940 12941");
  disk.device = name;
  return disk;
}

TEST(WholeDevice, IsADeviceOfItsOwnWithoutReadsAndWrites) {
  metrics::Sample sample;
  sample.devices.resize(2);
  sample.devices[0].device = "/dev/sda";
  sample.devices[1].device = "/dev/vdb";
  add_whole_device(sample, disk_of("/dev/vda"));
  ASSERT_EQ(sample.devices.size(), 3U);
  const auto& disk = sample.devices[1];
  EXPECT_EQ(disk.device, "/dev/vda");
  EXPECT_EQ(disk.major, 254U);
  EXPECT_EQ(disk.weighted_ns, Count{12'941'000'000});
  EXPECT_FALSE(disk.reads);
  EXPECT_FALSE(disk.writes);
}

TEST(WholeDevice, LeavesWhatTheContainerHasOfIt) {
  metrics::Sample sample;
  sample.devices.resize(1);
  auto& own = sample.devices[0];
  own.major = 254;
  own.device = "/dev/vda";
  own.reads = 2;
  own.read_bytes = 8'192;
  own.io_ns = 5;
  add_whole_device(sample, disk_of("/dev/vda"));
  ASSERT_EQ(sample.devices.size(), 1U);
  EXPECT_EQ(own.reads, Count{2});
  EXPECT_EQ(own.read_bytes, Count{8'192});
  EXPECT_EQ(own.io_ns, Count{5}) << "cgroup v1 may count it for the container";
  EXPECT_EQ(own.reads_merged, Count{438});
  EXPECT_FALSE(own.writes);
}

}  // namespace
}  // namespace cspy::host
