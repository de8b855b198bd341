#include "host/proc_root.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/limits.hpp"
#include "host/proc_net.hpp"
#include "host/proc_tasks.hpp"
#include "host/words.hpp"
#include "metrics/details.hpp"
#include "metrics/sample_parts.hpp"

namespace cspy::host {
namespace {

using metrics::Tail;

constexpr auto sched_parts =
    metrics::parts_of_all({Tail::schedstat_run_ns, Tail::schedstat_runqueue_ns, Tail::schedstat_periods});
constexpr auto descriptor_parts = metrics::parts_of_all({Tail::file_descriptors, Tail::sockets});

std::unexpected<Error> not_proc(Code code, const std::string& root, std::string_view why) {
  return std::unexpected{
      Error{code, fmt::format("{}: {}", root, why),
            "mount the host's /proc (-v /proc:/host/proc:ro) and set proc_root to the place where it is mounted"}};
}

}  // namespace

Result<ProcRoot> ProcRoot::open(const std::string& root) {
  auto directory = Directory::open(root.c_str());
  if (!directory) {
    const auto code = errno == EACCES || errno == EPERM ? Code::denied : Code::missing;
    return not_proc(code, root, std::generic_category().message(errno));
  }
  // With hidepid, a process that is not root's sees only its own processes.
  const bool has_processes = directory->has("self") || directory->has("1");
  if (!directory->has("stat") || !has_processes) return not_proc(Code::invalid, root, "not a /proc filesystem");
  return ProcRoot{*std::move(directory)};
}

std::optional<Directory> ProcRoot::process(std::uint32_t pid) const {
  if (pid == 0) return std::nullopt;
  return root_.below(fmt::format("{}", pid).c_str());
}

bool ProcRoot::is_own(std::uint32_t pid) const {
  std::array<char, 16> target{};
  const auto size = ::readlinkat(root_.get(), "self", target.data(), target.size());
  return size > 0 && to_number<std::uint32_t>({target.data(), static_cast<std::size_t>(size)}) == pid;
}

bool ProcRoot::holds(std::uint32_t pid, std::string_view container_id) {
  const auto directory = process(pid);
  if (!directory || container_id.empty()) return false;
  const auto cgroup = files_.read(*directory, "cgroup");
  return cgroup && cgroup->contains(container_id);
}

std::optional<std::string> ProcRoot::cgroup_of(std::uint32_t pid) {
  const auto directory = process(pid);
  if (!directory) return std::nullopt;
  const auto cgroup = files_.read(*directory, "cgroup");
  const auto path = cgroup ? cgroup_path(*cgroup) : std::nullopt;
  return path ? std::optional{std::string{*path}} : std::nullopt;
}

void ProcRoot::read_networks(std::uint32_t pid, metrics::Sample& sample) {
  const auto directory = process(pid);
  InterfaceLines lines;
  const bool whole = directory && files_.each_line(*directory, "net/dev", [&](std::string_view line) {
    lines.line(line);
    return true;
  });
  if (whole) {
    sample.networks = lines.take();
  } else {
    sample.missed.networks = true;
  }
}

void ProcRoot::read_sockets(std::uint32_t pid, SocketsWanted wanted, metrics::Sample& sample) {
  const auto directory = process(pid);
  // A kernel without a protocol family does not have its files.
  const auto feed = [&](const char* name, auto& totals, Tail what) {
    const bool whole = directory && files_.each_line(*directory, name, [&](std::string_view line) {
      totals.line(line);
      return true;
    });
    if (!directory || (!whole && files_.failed())) sample.missed |= metrics::parts_of(what);
    return whole;
  };
  const auto read = [&]<class Totals>(const char* name, Totals totals, Tail what) {
    if (feed(name, totals, what)) totals.add_to(what, sample);
  };
  if (wanted.tcp) {
    read("net/tcp", TcpStates{}, Tail::tcp_usage);
    read("net/tcp6", TcpStates{}, Tail::tcp6_usage);
  }
  if (wanted.udp) {
    read("net/udp", UdpTotals{}, Tail::udp_usage);
    read("net/udp6", UdpTotals{}, Tail::udp6_usage);
  }
  if (wanted.advanced_tcp) {
    TcpCounters counters{sample};
    feed("net/netstat", counters, Tail::advanced_tcp);
    feed("net/snmp", counters, Tail::advanced_tcp);
  }
  metrics::sort_details(sample);
}

void ProcRoot::read_tasks(std::string_view id, UnixNanos started, std::span<const std::uint32_t> pids,
                          TasksWanted wanted, metrics::Sample& sample) {
  SchedTasks tasks;
  Descriptors descriptors;
  bool any = false;
  for (const auto pid : pids.first(std::min(pids.size(), limits::sched_tasks_max))) {
    const auto directory = process(pid);
    if (!directory) continue;
    any = true;
    if (wanted.descriptors) descriptors.add(*directory);
    if (!wanted.sched) continue;
    const auto text = files_.read(*directory, "schedstat");
    if (const auto counters = text ? parse_schedstat(*text) : std::nullopt) tasks.emplace_back(pid, *counters);
  }
  // None of its processes is visible: they are in another PID namespace, or all have just ended. Then there is no
  // number, and the kept totals stay as they are.
  if (wanted.sched && tasks.empty()) sample.missed |= sched_parts;
  if (!any && wanted.descriptors) sample.missed |= descriptor_parts;
  if (!any) return;
  const auto sched = tasks.empty() ? std::nullopt : sched_.add(id, started, std::move(tasks));
  if (sched) {
    metrics::add_detail(sample, Tail::schedstat_run_ns, {}, sched->run_ns);
    metrics::add_detail(sample, Tail::schedstat_runqueue_ns, {}, sched->runqueue_ns);
    metrics::add_detail(sample, Tail::schedstat_periods, {}, sched->periods);
  }
  if (wanted.descriptors && descriptors.files)
    metrics::add_detail(sample, Tail::file_descriptors, {}, *descriptors.files);
  if (wanted.descriptors && descriptors.sockets) metrics::add_detail(sample, Tail::sockets, {}, *descriptors.sockets);
  metrics::sort_details(sample);
}

Count ProcRoot::open_files_soft(std::uint32_t pid) {
  const auto directory = process(pid);
  const auto text = directory ? files_.read(*directory, "limits") : std::nullopt;
  return text ? host::open_files_soft(*text) : Count{};
}

}  // namespace cspy::host
