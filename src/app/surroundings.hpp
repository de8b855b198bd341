// What is told besides containers: the machine, the agent itself, and the cgroups that are no containers'.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/host_side.hpp"
#include "app/options.hpp"
#include "docker/engine.hpp"
#include "metrics/fleet.hpp"
#include "net/context.hpp"

namespace cspy::app {

class Surroundings {
 public:
  /// What a round has found.
  struct Found {
    const docker::Engine* engine = nullptr;                 ///< null while it is away
    bool all_read = true;                                   ///< no container failed to be read
    net::TimePoint deadline = net::TimePoint::max();        ///< what is not read by then has no points this time
    std::function<void(metrics::Sample&)> add_totals = {};  ///< what the engine keeps on disk; may be empty
  };

  /// References outlive it.
  Surroundings(const Options& options, HostSide& host, const metrics::Fleet& containers);

  /// Reads and closes their part of the round at `time`, and puts it into `round`. The engine that `found` refers to is
  /// not used after the first wait.
  net::Task<void> add_to(metrics::Round& round, Found found);
  /// Moves the deadline of a round that is under way forward.
  void hurry(net::TimePoint deadline) { deadline_ = std::min(deadline_, deadline); }
  /// Takes back the endings of a round that was lost, those that are its own.
  void restore(std::vector<metrics::Ending>& endings);

 private:
  void add_agent(const Found& found);
  void add_machine(const docker::Engine* engine);
  net::Task<void> add_cgroups();
  void add_cgroup(host::CgroupReader& cgroups, const std::string& path);
  void add(metrics::Reading reading);
  void forget_cgroups(const std::set<std::string_view>& there);

  const Options& options_;
  HostSide& host_;
  const metrics::Fleet& containers_;
  UnixNanos begun_;
  metrics::Fleet subjects_;
  std::vector<metrics::ReadingPtr> readings_;  ///< of the round that is being read
  net::TimePoint deadline_{};
};

}  // namespace cspy::app
