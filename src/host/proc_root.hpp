// The host's /proc. The processes of containers have the same numbers there as in the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "host/kernel_files.hpp"
#include "host/sched_totals.hpp"
#include "metrics/sample.hpp"

namespace cspy::host {

class ProcRoot {
 public:
  /// `root` is the place where it is mounted. Errors: missing, denied, invalid if it is not a /proc.
  [[nodiscard]] static Result<ProcRoot> open(const std::string& root);

  /// Whether the process belongs to the container, according to its cgroup. The engine's number may belong to another
  /// process by now, or to another PID namespace than this /proc.
  [[nodiscard]] bool holds(std::uint32_t pid, std::string_view container_id);
  /// Whether it is our own process. In our own cgroup namespace, its cgroup has no name.
  [[nodiscard]] bool is_own(std::uint32_t pid) const;
  /// The path of the process's cgroup as our cgroup namespace shows it ("/../docker-0123.scope" from inside a
  /// container). nullopt if the process does not exist.
  [[nodiscard]] std::optional<std::string> cgroup_of(std::uint32_t pid);

  /// Replaces the sample's networks with all that the process sees. A process without its own network sees the host's.
  /// If they cannot be read, adds them to `sample.missed`.
  void read_networks(std::uint32_t pid, metrics::Sample& sample);

  struct SocketsWanted {
    bool tcp = false, udp = false, advanced_tcp = false;
  };
  /// Adds the sockets of the process's network, for each protocol family that it has. What cannot be read is missed.
  void read_sockets(std::uint32_t pid, SocketsWanted wanted, metrics::Sample& sample);

  struct TasksWanted {
    bool sched = false, descriptors = false;
  };
  /// Adds the totals over the processes of a container's run. Keeps the totals of ended processes by `id` and
  /// `started`. Skips processes that have just ended. If no process is visible, the totals are missed. A value is
  /// absent if the kernel refuses it, or if it takes too much work.
  void read_tasks(std::string_view id, UnixNanos started, std::span<const std::uint32_t> pids, TasksWanted wanted,
                  metrics::Sample& sample);

  /// The soft limit of open files. metrics::unlimited_files if it has none. Absent if the kernel refuses it.
  [[nodiscard]] Count open_files_soft(std::uint32_t pid);

  /// Call it before each round. Forgets the kept totals of runs that have ended.
  void begin_round(const RunGoesOn& goes_on) { sched_.begin_round(goes_on); }

 private:
  explicit ProcRoot(Directory root) : root_{std::move(root)} {}
  [[nodiscard]] std::optional<Directory> process(std::uint32_t pid) const;

  Directory root_;
  KernelFiles files_;
  SchedTotals sched_;
};

}  // namespace cspy::host
