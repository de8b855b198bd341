// Everything that is reported besides containers: the machine, the agent itself, and cgroups that are not containers.
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
  /// What the round has found so far.
  struct Found {
    const docker::Engine* engine = nullptr;           ///< null while it is disconnected
    bool all_read = true;                             ///< no container failed to be read
    net::TimePoint deadline = net::TimePoint::max();  ///< what is not read by then has no points in this round
    /// Adds what the rest of the program knows to the sample of the agent; may be empty.
    std::function<void(metrics::Sample&)> add_to_agent = {};
    std::function<bool(std::string_view id)> excludes = {};  ///< whether a container is not watched; may be empty
  };

  /// The references must outlive it.
  Surroundings(const Options& options, HostSide& host, const metrics::Fleet& containers);

  /// Reads and closes their part of the round at `round.time`, and adds it to `round`. Does not use `found.engine`
  /// after the first await.
  net::Task<void> add_to(metrics::Round& round, Found found);
  /// Brings the deadline of the current round forward.
  void hurry(net::TimePoint deadline) { deadline_ = std::min(deadline_, deadline); }
  /// Adds the ends of all of its own series to `round`.
  void end_all(metrics::Round& round);
  /// Takes back its own endings from a round that was lost, and removes them from `endings`.
  void restore(std::vector<metrics::Ending>& endings);

 private:
  void add_agent(const Found& found);
  void add_machine(const docker::Engine* engine);
  net::Task<void> add_cgroups(std::function<bool(std::string_view id)> excludes);
  [[nodiscard]] std::vector<std::string> paths_of(const host::CgroupTree& tree) const;
  void add_cgroup(host::CgroupReader& cgroups, const std::string& path);
  void add(metrics::Reading reading);
  void forget_cgroups(const std::set<std::string_view>& there);

  const Options& options_;
  HostSide& host_;
  const metrics::Fleet& containers_;
  UnixNanos begun_;
  metrics::Fleet subjects_;
  std::vector<metrics::ReadingPtr> readings_;  ///< of the current round
  net::TimePoint deadline_{};
};

}  // namespace cspy::app
