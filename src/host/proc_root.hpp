// The host's /proc, in which the processes of containers have the numbers that the engine gives them.
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
  /// `root` is where it is mounted. Errors: missing, denied, invalid where it is no /proc.
  [[nodiscard]] static Result<ProcRoot> open(const std::string& root);

  /// Whether the process is of the container, by its cgroup. The engine's number may have gone to another process
  /// since, or be of another PID namespace than this /proc. Our own container is known by our own number: with a cgroup
  /// namespace of its own, its cgroup has no name.
  [[nodiscard]] bool holds(std::uint32_t pid, std::string_view container_id);
  /// The path of the process's cgroup as our cgroup namespace shows it ("/../docker-0123.scope" from inside a
  /// container); nullopt where there is no such process.
  [[nodiscard]] std::optional<std::string> cgroup_of(std::uint32_t pid);

  /// Replaces the sample's networks by all that the process sees; those of the host where it has no network of its own.
  /// false, and nothing is changed, where they cannot be read.
  bool read_networks(std::uint32_t pid, metrics::Sample& sample);

  struct SocketsWanted {
    bool tcp = false, udp = false, advanced_tcp = false;
  };
  /// Notes the sockets of the process's network, of each family that it has.
  void read_sockets(std::uint32_t pid, SocketsWanted wanted, metrics::Sample& sample);

  struct TasksWanted {
    bool sched = false, descriptors = false;
  };
  /// Notes what the processes of a run of a container have in sum. What those that ended had counted is kept by `id`
  /// and `started`. Processes that are gone meanwhile are passed over; what is refused, or too much, is absent.
  void read_tasks(std::string_view id, UnixNanos started, std::span<const std::uint32_t> pids, TasksWanted wanted,
                  metrics::Sample& sample);

  /// The soft limit of open files; metrics::unlimited_files where it has none. Absent where the kernel refuses it.
  [[nodiscard]] Count open_files_soft(std::uint32_t pid);

  /// Once each round, before it: forgets what was kept of containers that are gone.
  void begin_round() { sched_.begin_round(); }

 private:
  explicit ProcRoot(Directory root) : root_{std::move(root)} {}
  [[nodiscard]] std::optional<Directory> process(std::uint32_t pid) const;
  [[nodiscard]] bool is_own(std::uint32_t pid) const;

  Directory root_;
  KernelFiles files_;
  SchedTotals sched_;
};

}  // namespace cspy::host
