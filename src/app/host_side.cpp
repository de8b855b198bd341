#include "app/host_side.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "base/utf8.hpp"
#include "metrics/details.hpp"

namespace cspy::app {
namespace {

using metrics::Group;

constexpr std::string_view off{"none"};
/// After so many walks that found nothing, the tree is not the containers'; the next connection begins anew.
constexpr int walks_in_vain_max = 8;
constexpr std::array cgroup_places{"/sys/fs/cgroup", "/host/sys/fs/cgroup"};
constexpr std::array proc_places{"/host/proc", "/proc"};

/// Opens the place that a setting names, or else the first of those where it may be found by itself.
template<class Root, class Open, std::size_t places_size>
Result<std::optional<Root>> open_root(std::string_view setting, const std::string& value,
                                      const std::array<const char*, places_size>& places, Open open) {
  if (value == off) return std::nullopt;
  if (!value.empty()) {
    auto opened = open(value);
    if (!opened) return std::unexpected{std::move(opened).error().in(setting)};
    return std::move(*opened);
  }
  for (const auto* place : places) {
    if (auto opened = open(std::string{place})) return std::move(*opened);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> container_part(std::string_view path, std::string_view id) {
  if (path.starts_with("/..") || id.empty()) return std::nullopt;
  const auto found = path.find(id);
  if (found == std::string_view::npos) return std::nullopt;
  return std::string{path.substr(0, path.find('/', found))};
}

HostSide::HostSide(const Options& options, Log& log)
    : options_{options}, log_{log}, machine_{host::this_machine()}, cgroup_wanted_{host::wanted_of(options.metrics)} {
  const auto& wanted = options.metrics;
  sockets_wanted_ = {
      .tcp = wanted.any(Group::tcp), .udp = wanted.any(Group::udp), .advanced_tcp = wanted.any(Group::advtcp)};
  tasks_wanted_ = {.sched = wanted.any(Group::sched), .descriptors = wanted.any(Group::descriptors)};
  networks_wanted_ = wanted.any(Group::network);
  proc_wanted_ = networks_wanted_ || sockets_wanted_.tcp || sockets_wanted_.udp || sockets_wanted_.advanced_tcp ||
                 tasks_wanted_.sched || tasks_wanted_.descriptors;
  disk_wanted_ = wanted.any(Group::disk);
  device_wanted_ = wanted.any(Group::disk_io);
}

Result<void> HostSide::prepare() {
  if (auto opened = open_tree(); !opened) return opened;
  return open_proc();
}

Result<void> HostSide::open_tree() {
  auto opened =
      open_root<host::CgroupTree>("cgroup_root", options_.cgroup_root, cgroup_places, [this](const std::string& place) {
        tree_place_ = place;
        return host::CgroupTree::open(place);
      });
  if (!opened) return std::unexpected{std::move(opened).error()};
  tree_ = std::move(*opened);
  return {};
}

Result<void> HostSide::open_proc() {
  auto opened =
      open_root<host::ProcRoot>("proc_root", options_.proc_root, proc_places, [this](const std::string& place) {
        proc_place_ = place;
        return host::ProcRoot::open(place);
      });
  if (!opened) return std::unexpected{std::move(opened).error()};
  proc_ = std::move(*opened);
  own_proc_ = host::Directory::open("/proc");
  return {};
}

/// What was proven of one engine says nothing of another at the same address.
void HostSide::recognise(const docker::Engine& engine) {
  engine_is_here_ = host::is_same(machine_, engine.kernel_version, engine.memory_bytes);
  auto identity = engine.name + '\n' + engine.kernel_version;
  if (std::exchange(engine_, std::move(identity)) == engine_) return;
  tree_proven_ = proc_proven_ = met_ = false;
  data_root_ = engine.data_root;
}

void HostSide::meet(const docker::Engine& engine, bool has_containers) {
  walks_in_vain_ = 0;
  recognise(engine);
  find_filesystem();
  if (tree_proven_ || proc_proven_) say_sources();
  say_useless(has_containers);
  met_ = true;
}

void HostSide::find_filesystem() {
  filesystem_.reset();
  if (!engine_is_here() || !own_proc_ || data_root_.empty()) return;
  const auto host_proc = proc_proven_ ? host::Directory::open(proc_place_.c_str()) : std::nullopt;
  filesystem_ = host::find_engine_filesystem(files_, *own_proc_, host_proc ? &*host_proc : nullptr, data_root_);
}

void HostSide::say_sources() {
  log_.info("numbers are read from this machine's own files",
            {{"cgroups", tree_proven_ ? tree_place_ : ""}, {"processes", proc_proven_ ? proc_place_ : ""}});
}

/// Where a setting names a place in which nothing of this engine is.
void HostSide::say_useless(bool has_containers) {
  if (!has_containers) return;
  const auto say = [this](std::string_view setting, const std::string& place, std::string_view remedy) {
    log_.warn("there is no container of this engine where a setting says: the engine is asked instead",
              {{"setting", std::string{setting}}, {"place", place}, {"remedy", std::string{remedy}}});
  };
  if (tree_ && !options_.cgroup_root.empty() && !tree_proven_)
    say("cgroup_root", tree_place_, "mount /sys/fs/cgroup of the engine's host there, read-only");
  if (proc_ && !options_.proc_root.empty() && !proc_proven_)
    say("proc_root", proc_place_, "mount /proc of the engine's host there, read-only");
}

void HostSide::begin_round() {
  if (proc_) proc_->begin_round();
  space_.reset();
  disk_.reset();
  if (!filesystem_) return;
  const auto& [mount, visible_at] = *filesystem_;
  if (disk_wanted_ && !visible_at.empty()) space_ = host::space_of(visible_at);
  // Everybody may read it, but it is one of the things that are told with the host's /proc only.
  if (device_wanted_ && proc_proven_) disk_ = host::read_disk(files_, *own_proc_, mount.major, mount.minor);
  if (disk_) disk_->device = mount.device();
}

bool HostSide::holds(const metrics::Container& container) {
  if (!proc_ || container.pid == 0 || !proc_->holds(container.pid, container.id)) return false;
  // Our own number is believed without the id, but not where a container of another machine has the same.
  if (!engine_is_here() && !container_part(proc_->cgroup_of(container.pid).value_or(""), container.id)) return false;
  return proc_proven_ = true;
}

std::optional<std::string> HostSide::actual_path(const metrics::Container& container) {
  const auto expected = container.labels.get("id");
  if (tree_ && tree_->has(expected)) {
    walks_in_vain_ = 0;
    return std::nullopt;
  }
  if (holds(container)) {
    const auto cgroup = proc_->cgroup_of(container.pid);
    auto path = cgroup ? container_part(*cgroup, container.id) : std::nullopt;
    if (path && (!tree_ || tree_->has(*path))) return path;
  }
  // A walk through a large tree takes its time: none where the containers are another machine's.
  if (!tree_ || !engine_is_here() || walks_in_vain_ >= walks_in_vain_max) return std::nullopt;
  auto path = tree_->find(container.id);
  walks_in_vain_ = path ? 0 : walks_in_vain_ + 1;
  return path;
}

void HostSide::complete(const docker::Engine& engine, metrics::Container& container) {
  recognise(engine);
  const auto proven = std::pair{tree_proven_, proc_proven_};
  if (auto path = actual_path(container); path && valid_utf8_prefix(*path) == path->size())
    container.labels = container.labels.with("id", *path);
  if (tree_ && tree_->read_limits(container.labels.get("id"), container.limits)) tree_proven_ = true;
  if (holds(container)) {
    if (const auto files = proc_->open_files_soft(container.pid)) container.limits.open_files_soft = files;
  }
  // The first container may come long after the engine was met.
  if (!met_ || proven == std::pair{tree_proven_, proc_proven_}) return;
  find_filesystem();
  say_sources();
}

HostSide::Given HostSide::read(const metrics::Container& container, metrics::Sample& sample) {
  Given given;
  const auto path = container.labels.get("id");
  given.tree = tree_ && tree_->read(path, cgroup_wanted_, sample);
  if (!proc_wanted_ || !holds(container)) return given;
  given.proc = !networks_wanted_ || proc_->read_networks(container.pid, sample);
  if (sockets_wanted_.tcp || sockets_wanted_.udp || sockets_wanted_.advanced_tcp)
    proc_->read_sockets(container.pid, sockets_wanted_, sample);
  if (tree_ && (tasks_wanted_.sched || tasks_wanted_.descriptors))
    proc_->read_tasks(container.id, container.started, tree_->processes(path), tasks_wanted_, sample);
  return given;
}

void HostSide::finish(const metrics::Container& container, metrics::Sample& sample) {
  const auto device = filesystem_ ? filesystem_->mount.device() : std::string{};
  if (disk_) host::add_whole_device(sample, *disk_);
  if (filesystem_ && disk_wanted_) host::note_filesystem(sample, device, space_);
  if (add_sizes_) add_sizes_(container, sample, device);
  metrics::settle(sample);
}

std::string HostSide::device_name(std::uint32_t major, std::uint32_t minor) {
  return engine_is_here() ? devices_.name(major, minor) : std::string{};
}

}  // namespace cspy::app
