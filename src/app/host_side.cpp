#include "app/host_side.hpp"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "host/own_container.hpp"
#include "metrics/details.hpp"
#include "metrics/sample_parts.hpp"

namespace cspy::app {
namespace {

constexpr std::string_view off{"none"};
/// After this many searches without a result, the tree counts as another machine's until the next connection.
constexpr int searches_without_result_max = 8;
// The host's first: in a container, the other one is usually our own part.
// /rootfs is where people mount the host's root for cAdvisor.
constexpr std::array cgroup_places{"/host/sys/fs/cgroup", "/rootfs/sys/fs/cgroup", "/sys/fs/cgroup"};
constexpr std::array proc_places{"/host/proc", "/rootfs/proc", "/proc"};

/// Opens the configured place. If the setting is empty, opens the first usual place that works, below `own_root`.
template<class Root, class Open, std::size_t places_size>
Result<std::optional<Root>> open_root(std::string_view setting, const std::string& value,
                                      const std::array<const char*, places_size>& places, const std::string& own_root,
                                      Open open) {
  if (value == off) return std::nullopt;
  if (!value.empty()) {
    auto opened = open(value);
    if (!opened) return std::unexpected{std::move(opened).error().in(setting)};
    return std::move(*opened);
  }
  for (const auto* place : places) {
    if (auto opened = open(own_root + place)) return std::move(*opened);
  }
  return std::nullopt;
}

/// "a, b" as two names. Empty names are left out.
std::vector<std::string> listed(std::string_view names) {
  std::vector<std::string> list;
  for (const auto name : split(names, ',')) {
    if (!trimmed(name).empty()) list.emplace_back(trimmed(name));
  }
  return list;
}

host::MachinePaths with_settings(host::MachinePaths paths, const Options& options) {
  if (!options.machine_id_file.empty()) paths.machine_ids = listed(options.machine_id_file);
  if (!options.boot_id_file.empty()) paths.boot_ids = listed(options.boot_id_file);
  return paths;
}

}  // namespace

std::optional<std::string> container_part(std::string_view path, std::string_view id) {
  if (path.starts_with("/..") || id.empty()) return std::nullopt;
  const auto found = path.find(id);
  if (found == std::string_view::npos) return std::nullopt;
  return std::string{path.substr(0, path.find('/', found))};
}

HostSide::HostSide(const Options& options, Log& log, host::MachinePaths paths)
    : options_{options},
      log_{log},
      paths_{with_settings(std::move(paths), options)},
      machine_{host::this_machine(paths_)},
      devices_{paths_.sys + "/dev/block"},
      wanted_{options.metrics.parts()} {
  using enum metrics::Tail;
  sockets_wanted_ = {.tcp = wanted_.has_any({tcp_usage, tcp6_usage}),
                     .udp = wanted_.has_any({udp_usage, udp6_usage}),
                     .advanced_tcp = wanted_.has(advanced_tcp)};
  tasks_wanted_ = {.sched = wanted_.has_any({schedstat_run_ns, schedstat_runqueue_ns, schedstat_periods}),
                   .descriptors = wanted_.has_any({file_descriptors, sockets})};
  constexpr auto of_proc =
      metrics::parts_of_all({tcp_usage, tcp6_usage, udp_usage, udp6_usage, advanced_tcp, schedstat_run_ns,
                             schedstat_runqueue_ns, schedstat_periods, file_descriptors, sockets});
  constexpr auto of_tree =
      metrics::parts_of_all({memory_numa_pages, memory_migrate, hugetlb_usage, hugetlb_max_usage, hugetlb_failcnt});
  proc_parts_ = {.details = wanted_.details & of_proc.details, .networks = wanted_.networks};
  tree_parts_ = {.counts = wanted_.counts,
                 .details = wanted_.details & of_tree.details,
                 .cpus = wanted_.cpus,
                 .devices = wanted_.devices};
  disk_wanted_ = wanted_.has_any({fs_usage_bytes, fs_limit_bytes, fs_inodes_free});
}

Result<void> HostSide::prepare() {
  if (auto opened = open_tree(); !opened) return opened;
  return open_proc();
}

Result<void> HostSide::open_tree() {
  auto opened = open_root<host::CgroupTree>("cgroup_root", options_.cgroup_root, cgroup_places, paths_.own_root,
                                            [this](const std::string& place) {
                                              tree_place_ = place;
                                              return host::CgroupTree::open(place);
                                            });
  if (!opened) return std::unexpected{std::move(opened).error()};
  cgroups_.reset();
  if (*opened) cgroups_.emplace(std::move(**opened));
  return {};
}

Result<void> HostSide::open_proc() {
  auto opened = open_root<host::ProcRoot>("proc_root", options_.proc_root, proc_places, paths_.own_root,
                                          [this](const std::string& place) {
                                            proc_place_ = place;
                                            return host::ProcRoot::open(place);
                                          });
  if (!opened) return std::unexpected{std::move(opened).error()};
  proc_ = std::move(*opened);
  own_proc_ = host::Directory::open(paths_.proc.c_str());
  own_processes_.reset();
  if (auto processes = host::ProcRoot::open(paths_.proc)) own_processes_ = std::move(*processes);
  own_id_ = own_proc_ ? host::own_container(files_, *own_proc_) : std::string{};
  return {};
}

/// A proof for one engine does not hold for another engine at the same address.
void HostSide::recognise(const docker::Engine& engine) {
  auto identity = engine.name + '\n' + engine.kernel_version;
  if (identity == engine_) return;
  engine_ = std::move(identity);
  tree_proven_ = proc_proven_ = here_proven_ = met_ = false;
  data_root_ = engine.data_root;
}

void HostSide::meet(const docker::Engine& engine, bool has_containers) {
  searches_without_result_ = 0;
  recognise(engine);
  find_filesystem();
  if (tree_proven_ || proc_proven_) log_sources();
  warn_of_useless_settings(has_containers);
  met_ = true;
}

void HostSide::find_filesystem() {
  filesystem_.reset();
  if (!engine_is_here() || !own_proc_ || data_root_.empty()) return;
  const auto host_proc = proc_proven_ ? host::Directory::open(proc_place_.c_str()) : std::nullopt;
  filesystem_ = host::find_engine_filesystem(files_, *own_proc_, host_proc ? &*host_proc : nullptr, data_root_);
}

void HostSide::log_sources() {
  log_.info("reading container metrics from this machine's own files",
            {{"cgroups", tree_proven_ ? tree_place_ : ""}, {"processes", proc_proven_ ? proc_place_ : ""}});
}

/// Warns if a setting names a place without a container of this engine.
void HostSide::warn_of_useless_settings(bool has_containers) {
  if (!has_containers) return;
  const auto say = [this](std::string_view setting, const std::string& place, std::string_view remedy) {
    log_.warn("found no container of this engine at the configured place: asking the engine instead",
              {{"setting", std::string{setting}}, {"place", place}, {"remedy", std::string{remedy}}});
  };
  if (cgroups_ && !options_.cgroup_root.empty() && !tree_proven_)
    say("cgroup_root", tree_place_,
        cgroups_->tree().is_whole() ? "mount /sys/fs/cgroup of the engine's host there, read-only"
                                    : "the directory shows only this process's own part of the tree: mount "
                                      "/sys/fs/cgroup of the engine's host there, read-only, or run in the host's "
                                      "cgroup namespace with '--cgroupns host'");
  if (proc_ && !options_.proc_root.empty() && !proc_proven_)
    say("proc_root", proc_place_, "mount /proc of the engine's host there, read-only");
}

void HostSide::begin_round(net::TimePoint now, const metrics::Fleet& fleet) {
  if (look_again_at_ == net::TimePoint{}) look_again_at_ = now + limits::machine_look_interval;
  if (now >= look_again_at_) {
    look_again_at_ = now + limits::machine_look_interval;
    host::update_size(machine_, paths_);
    devices_.look_again();
  }
  if (proc_) {
    proc_->begin_round([&fleet](std::string_view id, UnixNanos started) {
      const auto* const known = fleet.find(id);
      return known != nullptr && known->container->subject == metrics::Subject::container &&
             known->container->started == started;
    });
  }
  space_.reset();
  disk_.reset();
  disk_missed_ = false;
  if (!filesystem_) return;
  const auto& [mount, visible_at] = *filesystem_;
  if (disk_wanted_ && !visible_at.empty()) space_ = host::space_of(visible_at);
  // Any process may read it, but the documentation promises it only with the host's /proc.
  if (wanted_.devices && proc_proven_) {
    disk_ = host::read_disk(files_, *own_proc_, mount.major, mount.minor);
    disk_missed_ = !disk_ && files_.failed();
  }
  if (disk_) disk_->device = mount.device();
}

bool HostSide::shows_process_of(const metrics::Container& container) {
  if (!proc_ || container.pid == 0) return false;
  if (proc_->holds(container.pid, container.id)) return true;
  return container.id == own_id_ && proc_->is_own(container.pid);
}

bool HostSide::runs_here(const metrics::Container& container) {
  return container.id == own_id_ || (own_processes_ && own_processes_->holds(container.pid, container.id));
}

std::optional<std::string> HostSide::actual_path(const metrics::Container& container, bool has_process) {
  const auto expected = container.labels.get("id");
  if (cgroups_ && cgroups_->tree().has(expected)) return std::nullopt;
  if (has_process) {
    const auto cgroup = proc_->cgroup_of(container.pid);
    auto path = cgroup ? container_part(*cgroup, container.id) : std::nullopt;
    if (path && (!cgroups_ || cgroups_->tree().has(*path))) return path;
  }
  return search_tree(container.id);
}

/// Walking through a large tree takes time: after some searches without a result the containers are another machine's.
std::optional<std::string> HostSide::search_tree(std::string_view id) {
  if (!cgroups_ || searches_without_result_ >= searches_without_result_max) return std::nullopt;
  auto path = cgroups_->tree().find(id);
  searches_without_result_ = path ? 0 : searches_without_result_ + 1;
  return path;
}

void HostSide::add_local_facts(const docker::Engine& engine, metrics::Container& container) {
  recognise(engine);
  if (!host::is_container_id(container.id)) return;
  const bool was_here = engine_is_here();
  const bool tree_was_proven = tree_proven_;
  const bool proc_was_proven = proc_proven_;
  here_proven_ = here_proven_ || runs_here(container);
  const bool has_process = shows_process_of(container);
  if (has_process) proc_proven_ = true;
  if (auto path = actual_path(container, has_process); path && valid_utf8_prefix(*path) == path->size())
    container.labels = container.labels.with("id", *path);
  if (cgroups_ && cgroups_->read_limits(container.labels.get("id"), container.limits)) {
    tree_proven_ = true;
    searches_without_result_ = 0;
  }
  if (has_process) {
    if (const auto files = proc_->open_files_soft(container.pid)) container.limits.open_files_soft = files;
  }
  // The first container may start long after meet().
  if (!met_) return;
  const bool found_place = tree_proven_ != tree_was_proven || proc_proven_ != proc_was_proven;
  if (found_place || was_here != engine_is_here()) find_filesystem();
  if (found_place) log_sources();
}

std::optional<metrics::Sources> HostSide::read(const metrics::Container& container, const metrics::Sources* decided,
                                               metrics::Sample& sample) {
  metrics::Sources sources;
  const auto path = container.labels.get("id");
  if (cgroups_ && (decided != nullptr ? decided->tree : tree_proven_)) {
    sources.tree = cgroups_->read(path, wanted_, sample);
    if (!sources.tree && decided != nullptr) {
      if (cgroups_->tree().lacks(path)) return std::nullopt;
      sample.missed |= tree_parts_;
      sources.tree = true;
    }
  }
  sources.proc = read_proc(container, decided, sample);
  return sources;
}

bool HostSide::read_proc(const metrics::Container& container, const metrics::Sources* decided,
                         metrics::Sample& sample) {
  const bool was_here = decided != nullptr && decided->proc;
  if (proc_parts_ == metrics::SampleParts{} || (!proc_proven_ && !was_here)) return was_here;
  const bool visible = proc_proven_ && shows_process_of(container);
  bool has_networks = decided != nullptr ? was_here : visible;
  if (!visible) {
    sample.missed |= proc_parts_;
    sample.missed.networks = proc_parts_.networks && has_networks;
    return has_networks;
  }
  if (wanted_.networks && has_networks) {
    proc_->read_networks(container.pid, sample);
    // Nothing is decided yet: the engine has the networks too.
    if (decided == nullptr && std::exchange(sample.missed.networks, false)) has_networks = false;
  }
  if (sockets_wanted_.tcp || sockets_wanted_.udp || sockets_wanted_.advanced_tcp)
    proc_->read_sockets(container.pid, sockets_wanted_, sample);
  if (cgroups_ && (tasks_wanted_.sched || tasks_wanted_.descriptors))
    proc_->read_tasks(container.id, container.started, cgroups_->processes(container.labels.get("id")), tasks_wanted_,
                      sample);
  return has_networks;
}

void HostSide::add_storage(const metrics::Container& container, metrics::Sample& sample) {
  const auto device = filesystem_ ? filesystem_->mount.device() : std::string{};
  if (engine_is_here()) sample.booted = machine_.booted;
  if (disk_) host::add_whole_device(sample, *disk_);
  // The container's own numbers are in the same series as the disk's.
  if (disk_missed_) sample.missed.devices = true;
  if (filesystem_ && !filesystem_->visible_at.empty() && disk_wanted_ && !space_)
    sample.missed |= metrics::parts_of(metrics::Tail::fs_limit_bytes);
  if (filesystem_ && disk_wanted_) host::add_filesystem(sample, device, space_);
  if (add_sizes_) add_sizes_(container, sample, device);
  metrics::sort_details(sample);
}

std::string HostSide::device_name(std::uint32_t major, std::uint32_t minor) {
  return engine_is_here() ? devices_.name(major, minor) : std::string{};
}

}  // namespace cspy::app
