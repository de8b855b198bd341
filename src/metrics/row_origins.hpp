// The origins of the catalogue's rows: those that many have (origin.hpp), and here those of one or two, most with a
// reason of their own. For catalogue.cpp alone.
#pragma once

#include "metrics/origin.hpp"

namespace cspy::metrics::row_origins {

using namespace origin;  // NOLINT(google-build-using-namespace): continued here
inline constexpr auto never = Need::never;
inline constexpr auto knowledge = Need::knowledge;
inline constexpr Origin memory_usage{Need::stats, Need::stats,
                                     Need::tree,  Need::stats,
                                     Need::tree,  "Podman reports only the working set; Windows: the committed bytes"};
inline constexpr Origin oom{
    knowledge,  knowledge,
    knowledge,  never,
    Need::tree, "counted from the engine's events, which may merge several kills into one; exact with the cgroup tree"};
inline constexpr Origin whole_device{
    Need::proc,
    Need::stats,
    Need::proc,
    never,
    Need::tree,
    "cgroup v1: where the kernel has the CFQ scheduler. With proc_root: the whole device that holds "
    "the container's layer, as cAdvisor shows it under each container, but in real seconds"};
inline constexpr Origin whole_device_only{
    Need::proc,
    Need::proc,
    Need::proc,
    never,
    Need::never,
    "the whole device that holds the container's layer, as cAdvisor shows it under each container, but in "
    "real seconds"};
inline constexpr Origin blkio = stats_on_linux;
inline constexpr Origin network_errors =
    stats_or_proc.with("Docker does not count them and reports 0; real numbers with proc_root and from Podman");
inline constexpr Origin threads_max{Need::stats, Need::stats, Need::tree,
                                    never,       Need::tree,  "Podman reports 0 whatever the limit is"};
inline constexpr Origin ulimits =
    known_on_linux.with("absent where it is inherited from the engine and proc_root is not there");
inline constexpr Origin sched = proc.with(
    "the first thread of each process, as cAdvisor counts; processes that ended between two rounds are missing");
inline constexpr Origin queues = proc.with("cAdvisor swaps rxqueued and txqueued");
inline constexpr Origin tcp_counters = proc.with(
    "the kernel's own names in lower case, as far as cAdvisor knows them; a count "
    "that the kernel does not have is absent, where cAdvisor shows 0");
inline constexpr Origin descriptors = proc.with("needs the rights of a debugger: root and CAP_SYS_PTRACE");
inline constexpr Origin layer_size{
    Need::sizes,
    Need::sizes,
    Need::sizes,
    never,
    Need::never,
    "as the engine counts: without the container's log files, which cAdvisor adds; also with the containerd "
    "image store, where cAdvisor has no number"};
inline constexpr Origin layer_inodes = host.with(
    "cAdvisor shows 0 for every container. container_fs_inodes_total, the files of the layer, is left out: "
    "engines do not count them");
inline constexpr auto engine_sizes =
    sizes.with("in the engine's terms; containers: with all_containers, and from Podman or before API 1.42");
inline constexpr Origin refaults = tree.with("cgroup v1: kernels before 5.9 do not count them, and cAdvisor shows 0");
inline constexpr Origin memory_migrate = tree.with("cgroup v2: cAdvisor shows 0");
inline constexpr Origin hugetlb_peak = tree.with("cgroup v2: cAdvisor shows 0");
inline constexpr Origin io_cost = tree_v2_only.with("where the kernel's cost model of I/O is on");
inline constexpr Origin shares = known_on_linux.with("cgroup v2: by the runtime's formula; exact with the cgroup tree");

}  // namespace cspy::metrics::row_origins
