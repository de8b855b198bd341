#include "metrics/beginning.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "metrics/oom_kills.hpp"
#include "tests/support/readings.hpp"

namespace cspy::metrics {
namespace {

using test::make_container;
using test::second;
using test::started_at;

constexpr UnixNanos booted = started_at - 86'400 * second;
constexpr UnixNanos created = started_at - 2 * second;

const Metric& metric(std::string_view name) {
  return *std::ranges::find(catalogue(), name, &Metric::name);
}

struct BeginningTest : testing::Test {
  BeginningTest() { sample.booted = booted; }
  [[nodiscard]] Beginning of(std::string_view name) const {
    return beginning_of(metric(name),
                        {.container = std::make_shared<const Container>(container), .sample = sample, .sources = {}});
  }
  [[nodiscard]] UnixNanos since(std::string_view name) const { return of(name).time; }

  Container container = *make_container("a1", "web");
  Sample sample;
};

TEST_F(BeginningTest, IsTheRunsStartForTheContainersOwnNumbers) {
  for (const auto* const name : {"container_cpu_user_seconds_total", "container_network_receive_bytes_total",
                                 "container_fs_reads_bytes_total", "container_memory_failures_total"}) {
    EXPECT_EQ(since(name), started_at) << name;
    EXPECT_TRUE(of(name).own) << name;
  }
}

TEST_F(BeginningTest, IsTheBootForWhatAllContainersShare) {
  EXPECT_EQ(since("container_fs_sector_reads_total"), booted) << "of the whole disk";
  EXPECT_FALSE(of("container_fs_sector_reads_total").own);
  container.shares_network = true;
  EXPECT_EQ(since("container_network_receive_bytes_total"), booted) << "of the host's network";
  EXPECT_FALSE(of("container_network_receive_bytes_total").own);
  sample.booted = 0;
  EXPECT_EQ(since("container_network_receive_bytes_total"), 0U) << "the boot time of another machine is not known";
  EXPECT_EQ(since("container_fs_sector_reads_total"), 0U);
}

TEST_F(BeginningTest, IsNotKnownForACgroupButTheRoot) {
  container.subject = Subject::cgroup;
  container.started = 0;
  for (const auto& row : catalogue()) {
    if (row.kind == Kind::counter) EXPECT_EQ(since(row.name), 0U) << row.name << ": its creation time moves";
  }
  container.started = booted;
  EXPECT_EQ(since("container_cpu_user_seconds_total"), booted);
  EXPECT_EQ(since("container_oom_events_total"), booted);
  EXPECT_FALSE(of("container_cpu_user_seconds_total").own);
}

TEST_F(BeginningTest, OfKillsIsTheCreationIfTheAgentWasThere) {
  EXPECT_EQ(since("container_oom_events_total"), created);
  sample.agent_begun = created - second;
  EXPECT_EQ(since("container_oom_events_total"), created);
  EXPECT_TRUE(of("container_oom_events_total").own);
  sample.kills_by_kernel = true;
  EXPECT_EQ(since("container_oom_events_total"), created) << "also over several runs";
}

TEST_F(BeginningTest, OfKillsThatTheAgentCountsIsItsOwn) {
  sample.agent_begun = started_at + 9 * second;
  EXPECT_EQ(since("container_oom_events_total"), started_at + 9 * second) << "it may know fewer than the agent before";
  EXPECT_FALSE(of("container_oom_events_total").own);
  sample.kills_by_kernel = true;
  EXPECT_EQ(since("container_oom_events_total"), started_at) << "each agent reads the kernel's count of the run";
  container.started = started_at + 20 * second;
  EXPECT_EQ(since("container_oom_events_total"), started_at + 9 * second) << "over all runs that it has seen";
}

TEST_F(BeginningTest, OfKillsLetsTheCountFallFromAgentToAgent) {
  OomKills first{created};
  for (UnixNanos i = 1; i <= 5; ++i)
    first.add_event("a1", started_at + i * second, started_at);
  first.complete(container, sample);
  EXPECT_EQ(sample.oom_events, 5U);
  const auto before = since("container_oom_events_total");
  // The engine has forgotten the events, and only an inspection reports that there was a kill.
  OomKills second_agent{started_at + 60 * second};
  container.lifecycle.oom_killed = true;
  second_agent.begin_run(container);
  sample = {};
  second_agent.complete(container, sample);
  EXPECT_EQ(sample.oom_events, 1U);
  EXPECT_GT(since("container_oom_events_total"), before);
}

TEST_F(BeginningTest, OfSumsOverProcessesIsTheAgentsIfItCameLater) {
  EXPECT_EQ(since("container_cpu_schedstat_run_seconds_total"), started_at);
  EXPECT_TRUE(of("container_cpu_schedstat_run_seconds_total").own);
  sample.agent_begun = started_at + 9 * second;
  EXPECT_EQ(since("container_cpu_schedstat_run_seconds_total"), started_at + 9 * second)
      << "it does not know the processes that ended before";
  EXPECT_FALSE(of("container_cpu_schedstat_run_seconds_total").own);
}

}  // namespace
}  // namespace cspy::metrics
