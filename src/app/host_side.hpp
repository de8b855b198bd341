// This machine's own files about the engine's containers, if they are visible: the cgroup tree, /proc, the names of
// devices, the filesystem with the engine's data.
//
// Invariants:
//
// - Files count as the engine's only after a container's id has proven it. Only add_local_facts() sets `tree_proven_`
//   (a path of the tree has the id), `proc_proven_` (the cgroup of a process has it) and `here_proven_` (our own /proc
//   shows such a process, or that we run in the container ourselves). They are cleared when another engine answers at
//   the address. While a place is not proven, no round opens a file in it for a container.
// - Data without an id (the machine, devices, filesystems) is used after any of these proofs. Until then nothing of
//   this machine is reported: clones of one image have the same kernel, the same memory and even the same host name.
// - Queries change nothing. add_local_facts() and meet() change the state; begin_round() reads what all containers of
//   the round share.
// - It never waits: each call completes between two awaits of its users. The caller owns the containers and samples
//   that it passes.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/options.hpp"
#include "base/log.hpp"
#include "docker/engine.hpp"
#include "docker/round_reader.hpp"
#include "host/block_devices.hpp"
#include "host/cgroup_reader.hpp"
#include "host/disk_stats.hpp"
#include "host/filesystem.hpp"
#include "host/machine.hpp"
#include "host/proc_root.hpp"
#include "metrics/fleet.hpp"
#include "net/context.hpp"

namespace cspy::app {

class HostSide final : public docker::LocalSource {
 public:
  /// The references must outlive it. `paths`: this machine's own files.
  HostSide(const Options& options, Log& log, host::MachinePaths paths = {});

  /// Opens the configured places, or the usual ones if the settings are empty. Errors: a configured place cannot be
  /// used.
  Result<void> prepare();
  /// The engine is connected and the fleet complete. It may be another engine than before.
  void meet(const docker::Engine& engine, bool has_containers);
  /// Call once before each round. `fleet`: the containers that it will read.
  void begin_round(net::TimePoint now, const metrics::Fleet& fleet);

  /// Adds what the kernel knows about a running container: the path of its cgroup, its limits.
  void add_local_facts(const docker::Engine& engine, metrics::Container& container);
  std::optional<metrics::Sources> read(const metrics::Container& container, const metrics::Sources* decided,
                                       metrics::Sample& sample) override;
  void add_storage(const metrics::Container& container, metrics::Sample& sample) override;
  /// Adds the container's sizes, as the engine counted them, under the device with the engine's data.
  using AddSizes = std::function<void(const metrics::Container&, metrics::Sample&, std::string_view device)>;
  void set_sizes(AddSizes add_sizes) { add_sizes_ = std::move(add_sizes); }

  /// "/dev/sda". Empty if the device is not this machine's, or has no name here.
  [[nodiscard]] std::string device_name(std::uint32_t major, std::uint32_t minor);
  [[nodiscard]] bool engine_is_here() const { return here_proven_ || tree_proven_ || proc_proven_; }
  [[nodiscard]] const host::Machine& machine() const { return machine_; }
  /// For cgroups that are not containers. Null if there is no tree, or if it is not the engine's.
  [[nodiscard]] host::CgroupReader* cgroups() { return cgroups_ && tree_proven_ ? &*cgroups_ : nullptr; }
  [[nodiscard]] host::ProcRoot* proc() { return proc_ && proc_proven_ ? &*proc_ : nullptr; }
  /// The parts of a sample that the wanted metrics need.
  [[nodiscard]] const metrics::SampleParts& wanted() const { return wanted_; }

 private:
  Result<void> open_tree();
  Result<void> open_proc();
  /// Reads what only /proc has. Returns whether the run's networks are from there.
  [[nodiscard]] bool read_proc(const metrics::Container& container, const metrics::Sources* decided,
                               metrics::Sample& sample);
  /// Whether the host's /proc shows the container's first process: one with the id in its cgroup, or ours.
  [[nodiscard]] bool shows_process_of(const metrics::Container& container);
  /// Whether our own /proc proves that the container runs here.
  [[nodiscard]] bool runs_here(const metrics::Container& container);
  void recognise(const docker::Engine& engine);
  void find_filesystem();
  void log_sources();
  void warn_of_useless_settings(bool has_containers);
  /// The path of the container's cgroup. nullopt if it is the expected one or cannot be found.
  [[nodiscard]] std::optional<std::string> actual_path(const metrics::Container& container, bool has_process);
  [[nodiscard]] std::optional<std::string> search_tree(std::string_view id);

  const Options& options_;
  Log& log_;
  host::MachinePaths paths_;
  host::Machine machine_;
  host::BlockDevices devices_;
  net::TimePoint look_again_at_{};  ///< at the machine and the names of its devices
  std::optional<host::CgroupReader> cgroups_;
  std::optional<host::ProcRoot> proc_;
  std::optional<host::Directory> own_proc_;
  std::optional<host::ProcRoot> own_processes_;  ///< of our own /proc, whatever the settings are
  host::KernelFiles files_;
  metrics::SampleParts wanted_;
  host::ProcRoot::SocketsWanted sockets_wanted_;
  host::ProcRoot::TasksWanted tasks_wanted_;
  metrics::SampleParts tree_parts_, proc_parts_;  ///< the wanted parts that only this place has
  bool disk_wanted_ = false;                      ///< the space of the filesystem
  std::string engine_;                            ///< name and kernel of its host; another pair is another engine
  std::string data_root_;
  bool met_ = false;          ///< meet() was called for this engine
  std::string own_id_;        ///< of the container that we run in; empty outside of containers
  bool here_proven_ = false;  ///< our own /proc shows a container of the engine
  bool tree_proven_ = false;
  bool proc_proven_ = false;
  std::string tree_place_, proc_place_;
  int searches_without_result_ = 0;  ///< of the tree, in a row
  std::optional<host::EngineFilesystem> filesystem_;
  // Of the current round.
  std::optional<host::Space> space_;
  std::optional<metrics::DeviceCounters> disk_;
  bool disk_missed_ = false;  ///< its numbers could not be read
  AddSizes add_sizes_;
};

/// The part of a cgroup's path that belongs to the container: a process may have moved into a cgroup below it. nullopt
/// if no element contains the id, or if the path leads out of our cgroup namespace.
[[nodiscard]] std::optional<std::string> container_part(std::string_view path, std::string_view id);

}  // namespace cspy::app
