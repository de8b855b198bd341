// What this machine's own files tell of the engine's containers, where they can be seen: the cgroup tree, /proc, the
// names of devices, the filesystem that holds the engine's data.
//
// A container's id in a path or in a process's cgroup proves that the files are the engine's. What has no such proof
// (the machine itself, devices, filesystems) is told only where the engine says that it runs here.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/options.hpp"
#include "base/log.hpp"
#include "docker/engine.hpp"
#include "docker/round_reader.hpp"
#include "host/block_devices.hpp"
#include "host/cgroup_tree.hpp"
#include "host/disk_stats.hpp"
#include "host/filesystem.hpp"
#include "host/machine.hpp"
#include "host/proc_root.hpp"

namespace cspy::app {

class HostSide final : public docker::LocalSource {
 public:
  /// References outlive it.
  HostSide(const Options& options, Log& log);

  /// Opens what the settings name, or what is there where they name nothing. Errors: of the setting that cannot be
  /// followed.
  Result<void> prepare();
  /// The engine and its containers are known, or another one has taken its place.
  void meet(const docker::Engine& engine, bool has_containers);
  /// Once each round, before it.
  void begin_round();

  /// Completes a container that runs by what the kernel has of it: the path of its cgroup, its limits.
  void complete(const docker::Engine& engine, metrics::Container& container);
  Given read(const metrics::Container& container, metrics::Sample& sample) override;
  void finish(const metrics::Container& container, metrics::Sample& sample) override;
  /// Adds to a sample what the engine's disk usage has of the container, on the device that holds the engine's data.
  using AddSizes = std::function<void(const metrics::Container&, metrics::Sample&, std::string_view device)>;
  void set_sizes(AddSizes add_sizes) { add_sizes_ = std::move(add_sizes); }

  /// "/dev/sda"; empty where the device is not this machine's, or has no name here.
  [[nodiscard]] std::string device_name(std::uint32_t major, std::uint32_t minor);
  [[nodiscard]] bool engine_is_here() const { return engine_is_here_ || tree_proven_ || proc_proven_; }
  [[nodiscard]] const host::Machine& machine() const { return machine_; }
  /// For what is no container; null where there is none, or it is not the engine's.
  [[nodiscard]] host::CgroupTree* tree() { return tree_ && engine_is_here() ? &*tree_ : nullptr; }
  [[nodiscard]] host::ProcRoot* proc() { return proc_ && proc_proven_ ? &*proc_ : nullptr; }
  [[nodiscard]] const host::CgroupWanted& cgroup_wanted() const { return cgroup_wanted_; }

 private:
  Result<void> open_tree();
  Result<void> open_proc();
  void recognise(const docker::Engine& engine);
  void find_filesystem();
  void say_sources();
  void say_useless(bool has_containers);
  [[nodiscard]] bool holds(const metrics::Container& container);
  [[nodiscard]] std::optional<std::string> actual_path(const metrics::Container& container);

  const Options& options_;
  Log& log_;
  host::Machine machine_;
  host::BlockDevices devices_{"/sys/dev/block"};
  std::optional<host::CgroupTree> tree_;
  std::optional<host::ProcRoot> proc_;
  std::optional<host::Directory> own_proc_;
  host::KernelFiles files_;
  host::CgroupWanted cgroup_wanted_;
  host::ProcRoot::SocketsWanted sockets_wanted_;
  host::ProcRoot::TasksWanted tasks_wanted_;
  bool networks_wanted_ = false;
  bool proc_wanted_ = false;    ///< something of each container's processes
  bool disk_wanted_ = false;    ///< the space of the filesystem
  bool device_wanted_ = false;  ///< the whole device's counters
  std::string engine_;          ///< its host's name and kernel: where they are others, so is the engine
  std::string data_root_;
  bool met_ = false;             ///< since it is known
  bool engine_is_here_ = false;  ///< by its own word
  bool tree_proven_ = false;     ///< a container of the engine was found in it
  bool proc_proven_ = false;
  std::string tree_place_, proc_place_;
  int walks_in_vain_ = 0;  ///< through the tree, one after the other
  std::optional<host::EngineFilesystem> filesystem_;
  // Of the round that is on.
  std::optional<host::Space> space_;
  std::optional<metrics::DeviceCounters> disk_;
  AddSizes add_sizes_;
};

/// The part of a cgroup's path that is the container's: a process may have moved into a cgroup below it. nullopt where
/// no element has the id, or where the path leads out of what our cgroup namespace shows.
[[nodiscard]] std::optional<std::string> container_part(std::string_view path, std::string_view id);

}  // namespace cspy::app
