#include "app/surroundings.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/time.hpp"
#include "base/utf8.hpp"
#include "base/version.hpp"
#include "docker/round_reader.hpp"
#include "host/machine_reading.hpp"
#include "host/own_container.hpp"
#include "metrics/details.hpp"
#include "metrics/missed.hpp"
#include "metrics/visit.hpp"
#include "net/context.hpp"

namespace cspy::app {
namespace {

using metrics::Group;
using metrics::Subject;
using metrics::Tail;
using net::Task;

constexpr std::string_view root_path{"/"};

std::string_view name_of(docker::CgroupDriver driver) {
  switch (driver) {
    case docker::CgroupDriver::systemd: return "systemd";
    case docker::CgroupDriver::cgroupfs: return "cgroupfs";
    case docker::CgroupDriver::none: return "none";
  }
  return "";
}

bool is_surrounding(Subject subject) {
  return subject != Subject::container && subject != Subject::stopped;
}

void add_engine(metrics::Sample& sample, const docker::Engine& engine) {
  const auto agent = "ContainerSpy " + std::string{version()};
  metrics::add_detail(sample, Tail::version_info,
                      {"", agent, engine.version, engine.kernel_version, engine.operating_system}, 1);
  metrics::add_detail(
      sample, Tail::engine_info,
      {engine.podman ? "Podman" : "Docker", engine.version, engine.api().text(), engine.storage_driver,
       engine.info_known ? name_of(engine.cgroup_driver) : "",
       engine.info_known ? std::to_string(engine.cgroup_version) : "", engine.rootless ? "true" : "false"},
      1);
}

}  // namespace

Surroundings::Surroundings(const Options& options, HostSide& host, const metrics::Fleet& containers)
    : options_{options}, host_{host}, containers_{containers}, begun_{system_now()} {}

Task<void> Surroundings::add_to(metrics::Round& round, Found found) {
  readings_.clear();
  deadline_ = found.deadline;
  const auto& wanted = options_.metrics;
  if (wanted.any(Group::engine) || wanted.any(Group::engine_disk) || wanted.any(Group::self)) add_agent(found);
  if (wanted.any(Group::machine)) add_machine(found.engine);
  if (host_.cgroups() != nullptr) co_await add_cgroups(std::move(found.excludes));
  auto own = subjects_.close_round(round.time, std::exchange(readings_, {}));
  std::ranges::move(own.readings, std::back_inserter(round.readings));
  std::ranges::move(own.endings, std::back_inserter(round.endings));
}

void Surroundings::end_all(metrics::Round& round) {
  std::ranges::move(subjects_.end_all(round.time).endings, std::back_inserter(round.endings));
}

void Surroundings::restore(std::vector<metrics::Ending>& endings) {
  const auto own = std::ranges::partition(
      endings, [](const metrics::Ending& ending) { return !is_surrounding(ending.last->container->subject); });
  subjects_.restore({std::make_move_iterator(own.begin()), std::make_move_iterator(own.end())});
  endings.erase(own.begin(), own.end());
}

void Surroundings::add_agent(const Found& found) {
  metrics::Container subject;
  subject.id = "#agent";
  subject.name = "the agent";
  subject.subject = Subject::agent;
  subject.created = subject.started = begun_;
  metrics::Reading reading{.container = std::make_shared<const metrics::Container>(std::move(subject)), .sample = {}};
  const bool failed = found.engine == nullptr || !found.all_read;
  metrics::add_detail(reading.sample, Tail::scrape_error, {}, failed ? 1 : 0);
  metrics::add_detail(reading.sample, Tail::machine_scrape_error, {}, host_.machine().memory_bytes == 0 ? 1 : 0);
  if (found.engine != nullptr) add_engine(reading.sample, *found.engine);
  if (found.add_to_agent) found.add_to_agent(reading.sample);
  metrics::sort_details(reading.sample);
  add(std::move(reading));
}

/// The machine's own numbers if the engine runs on it. Otherwise what the engine reports about its host.
void Surroundings::add_machine(const docker::Engine* engine) {
  if (host_.engine_is_here()) {
    add(host::machine_reading(host_.machine()));
    return;
  }
  if (engine == nullptr || !engine->info_known) return;
  host::Machine remote;
  remote.name = engine->name;
  remote.memory_bytes = engine->memory_bytes;
  if (engine->cpus != 0) remote.cpus = engine->cpus;
  add(host::machine_reading(remote));
}

/// Cgroups of containers that are not watched are left out: they would come back under another name.
Task<void> Surroundings::add_cgroups(std::function<bool(std::string_view id)> excludes) {
  auto& cgroups = *host_.cgroups();
  add_cgroup(cgroups, std::string{root_path});
  std::set<std::string_view> there{root_path};
  std::vector<std::string> paths;
  if (options_.cgroup_all) {
    paths = paths_of(cgroups.tree());
    std::set<std::string, std::less<>> of_containers;
    for (const auto& [id, entry] : containers_.entries())
      of_containers.emplace(entry.container->labels.get("id"));
    // A name that is not UTF-8 cannot be sent, and we do not make up another.
    std::erase_if(paths, [&](const std::string& path) {
      return of_containers.contains(path) || valid_utf8_prefix(path) != path.size() ||
             (excludes && host::any_container_in(path, excludes));
    });
    for (const auto& path : paths) {
      there.insert(path);
      if (net::Clock::now() >= deadline_) continue;
      add_cgroup(cgroups, path);
      co_await net::pass_turn();
    }
  }
  forget_cgroups(there);
}

/// The cgroups that are there. If they cannot be listed, those that were there before.
std::vector<std::string> Surroundings::paths_of(const host::CgroupTree& tree) const {
  if (auto listed = tree.paths()) return *std::move(listed);
  std::vector<std::string> known;
  for (const auto& [id, entry] : subjects_.entries()) {
    if (entry.container->subject == Subject::cgroup && id != root_path) known.push_back(id);
  }
  return known;
}

void Surroundings::add_cgroup(host::CgroupReader& cgroups, const std::string& path) {
  metrics::Sample sample;
  if (!cgroups.read(path, host_.wanted(), sample)) return;
  if (auto* const proc = host_.proc(); proc != nullptr && path == root_path && host_.wanted().networks)
    proc->read_networks(1, sample);
  docker::name_devices(sample,
                       [this](std::uint32_t major, std::uint32_t minor) { return host_.device_name(major, minor); });
  const auto* known = subjects_.find(path);
  metrics::keep_missed(sample, known != nullptr && known->last ? &known->last->sample : nullptr);
  metrics::sort_details(sample);
  auto limits = known != nullptr ? known->container->limits : metrics::Limits{};
  cgroups.read_limits(path, limits);
  // The creation time comes from files, and moves when the kernel evicts them. A cgroup is a new one only if it counts
  // from 0.
  const bool goes_on = known != nullptr && (!known->last || known->last->sample.cpu_total_ns.value_or(0) <=
                                                                sample.cpu_total_ns.value_or(0));
  const auto created = goes_on ? known->container->created : cgroups.tree().created(path);
  const bool same = known != nullptr && known->container->limits == limits && known->container->created == created;
  if (same) {
    add({.container = known->container, .sample = std::move(sample)});
    return;
  }
  metrics::Container subject;
  subject.id = subject.name = path;
  subject.labels = metrics::LabelSet{{{"id", path}}};
  subject.subject = Subject::cgroup;
  subject.created = created;
  // Since when the other cgroups count is not known: their files' times move.
  subject.started = path == root_path && cgroups.tree().is_whole() ? host_.machine().booted : 0;
  subject.limits = limits;
  add({.container = std::make_shared<const metrics::Container>(std::move(subject)), .sample = std::move(sample)});
}

void Surroundings::add(metrics::Reading reading) {
  subjects_.put(reading.container, metrics::Health::none);
  auto measured = std::make_shared<metrics::Reading>(std::move(reading));
  metrics::measure(*measured, options_.metrics);
  if (measured->points > 0) readings_.push_back(std::move(measured));
}

void Surroundings::forget_cgroups(const std::set<std::string_view>& there) {
  std::vector<std::string> gone;
  for (const auto& [id, entry] : subjects_.entries()) {
    if (entry.container->subject == Subject::cgroup && !there.contains(id)) gone.push_back(id);
  }
  for (const auto& id : gone)
    subjects_.remove(id);
}

}  // namespace cspy::app
