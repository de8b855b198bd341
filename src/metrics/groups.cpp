#include "metrics/groups.hpp"

#include <algorithm>

namespace cspy::metrics {
namespace {

constexpr unsigned bit(Subject subject) {
  return 1U << static_cast<unsigned>(subject);
}
constexpr unsigned running = bit(Subject::container) | bit(Subject::cgroup);

// clang-format off
constexpr std::array table{
    GroupRow{Group::general, "general", true, running, "creation, start, last reading and health of a container"},
    GroupRow{Group::cpu, "cpu", true, running, "CPU time and throttling"},
    GroupRow{Group::cpu_load, "cpuLoad", true, running, "load averages and task states, which cAdvisor shows as 0"},
    GroupRow{Group::memory, "memory", true, running, "memory, page faults and reclaim"},
    GroupRow{Group::pressure, "pressure", true, running, "time lost waiting for CPU, memory or I/O (PSI)"},
    GroupRow{Group::oom_event, "oom_event", true, running, "OOM kills"},
    GroupRow{Group::disk_io, "diskIO", true, running, "bytes and operations per block device"},
    GroupRow{Group::disk, "disk", true, running, "the filesystem that holds the containers and, with disk_usage, the size of each"},
    GroupRow{Group::network, "network", true, running, "traffic of network interfaces"},
    GroupRow{Group::process, "process", true, running, "threads, processes and their limits"},
    GroupRow{Group::spec, "spec", true, running, "the limits of a container"},
    GroupRow{Group::lifecycle, "lifecycle", true, bit(Subject::container) | bit(Subject::stopped),
             "state, restarts, exit code, image: what only the engine knows"},
    GroupRow{Group::machine, "machine", true, bit(Subject::machine), "the engine's host"},
    GroupRow{Group::engine, "engine", true, bit(Subject::agent), "the engine and ContainerSpy itself"},
    GroupRow{Group::engine_disk, "engine_disk", true, bit(Subject::agent), "disk space that the engine uses; needs disk_usage"},
    GroupRow{Group::memory_numa, "memory_numa", false, running, "memory per NUMA node"},
    GroupRow{Group::hugetlb, "hugetlb", false, running, "huge pages"},
    GroupRow{Group::tcp, "tcp", false, bit(Subject::container), "TCP sockets by state"},
    GroupRow{Group::udp, "udp", false, bit(Subject::container), "UDP sockets"},
    GroupRow{Group::advtcp, "advtcp", false, bit(Subject::container), "counters of the TCP stack"},
    GroupRow{Group::sched, "sched", false, running, "counters of the scheduler"},
    GroupRow{Group::descriptors, "descriptors", false, running, "open files and sockets, which cAdvisor has in the group process"},
    GroupRow{Group::self, "self", true, bit(Subject::agent), "ContainerSpy's own work: readings, requests, deliveries, the queue"},
};
// clang-format on

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].group) != i) return false;
  }
  return true;
}
static_assert(in_order());
static_assert(table.size() == static_cast<std::size_t>(Group::self) + 1);

}  // namespace

std::span<const GroupRow> groups() {
  return table;
}

const GroupRow& row_of(Group group) {
  return table[static_cast<std::size_t>(group)];
}

}  // namespace cspy::metrics
