#include "docker/cgroup.hpp"

#include <gtest/gtest.h>

namespace cspy::docker {
namespace {

Engine with(CgroupDriver driver) {
  Engine engine;
  engine.cgroup_driver = driver;
  return engine;
}

TEST(CgroupPath, WithTheCgroupfsDriver) {
  const auto engine = with(CgroupDriver::cgroupfs);
  EXPECT_EQ(cgroup_path(engine, "abc", ""), "/docker/abc");
  EXPECT_EQ(cgroup_path(engine, "abc", "/foo"), "/foo/abc");
  EXPECT_EQ(cgroup_path(engine, "abc", "/foo/"), "/foo/abc");
  EXPECT_EQ(cgroup_path(engine, "abc", "/"), "/abc");
  EXPECT_EQ(cgroup_path(engine, "abc", "foo"), "/foo/abc");
}

TEST(CgroupPath, WithTheSystemdDriver) {
  const auto engine = with(CgroupDriver::systemd);
  EXPECT_EQ(cgroup_path(engine, "abc", ""), "/system.slice/docker-abc.scope");
  EXPECT_EQ(cgroup_path(engine, "abc", "a-b.slice"), "/a.slice/a-b.slice/docker-abc.scope");
  EXPECT_EQ(cgroup_path(engine, "abc", "a-b-c.slice"), "/a.slice/a-b.slice/a-b-c.slice/docker-abc.scope");
  EXPECT_EQ(cgroup_path(engine, "abc", "-.slice"), "/docker-abc.scope");
}

TEST(CgroupPath, OfARootlessEngineIsBelowItsUser) {
  auto engine = with(CgroupDriver::systemd);
  engine.rootless = true;
  engine.socket_owner = 1000;
  EXPECT_EQ(cgroup_path(engine, "abc", ""),
            "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-abc.scope");
}

TEST(CgroupPath, OfPodman) {
  auto engine = with(CgroupDriver::systemd);
  engine.podman = true;
  EXPECT_EQ(cgroup_path(engine, "abc", ""), "/machine.slice/libpod-abc.scope");
  engine.cgroup_driver = CgroupDriver::cgroupfs;
  EXPECT_EQ(cgroup_path(engine, "abc", ""), "/libpod_parent/libpod-abc");
}

TEST(CpuShares, OfCgroupV1AreThemselves) {
  Engine engine;
  engine.cgroup_version = 1;
  EXPECT_EQ(effective_cpu_shares(engine, 0), 1'024U);
  EXPECT_EQ(effective_cpu_shares(engine, 512), 512U);
}

TEST(CpuShares, OfCgroupV2GoThroughTheWeightAndBack) {
  Engine engine;
  EXPECT_EQ(effective_cpu_shares(engine, 0), 2'597U) << "the kernel's default weight of 100";
  engine.runc_version = "1.3.6+ds1";
  EXPECT_EQ(effective_cpu_shares(engine, 1'024), 2'597U);
  EXPECT_EQ(effective_cpu_shares(engine, 512), 1'522U);
  EXPECT_EQ(effective_cpu_shares(engine, 262'144), 262'144U);
  EXPECT_EQ(effective_cpu_shares(engine, 2), 2U);
  engine.runc_version = "1.1.15";
  EXPECT_EQ(effective_cpu_shares(engine, 1'024), 998U) << "the old conversion";
  EXPECT_EQ(effective_cpu_shares(engine, 512), 500U);
}

}  // namespace
}  // namespace cspy::docker
