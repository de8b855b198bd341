#include "metrics/beginning.hpp"

#include <algorithm>

namespace cspy::metrics {
namespace {

/// OOM kills. The kernel's count begins with the run, whatever agent reads it. All other counts are the agent's own:
/// the next agent may know fewer kills, so its counter must have another start.
Beginning of_kills(const Container& container, const Sample& sample) {
  if (sample.kills_by_kernel && container.started < sample.agent_begun)
    return {.time = container.started, .own = false};
  const auto since = std::max(container.created, sample.agent_begun);
  return {.time = since, .own = since == container.created};
}

}  // namespace

Beginning beginning_of(const Metric& metric, const Reading& reading) {
  const auto& container = *reading.container;
  // The kernel does not report since when a cgroup exists. Only the root's start is known.
  if (container.subject == Subject::cgroup) return {.time = container.started, .own = false};
  if (metric.group == Group::network && container.shares_network) return {.time = reading.sample.booted, .own = false};
  switch (metric.since) {
    case Since::start: return {.time = container.started, .own = true};
    case Since::creation: return of_kills(container, reading.sample);
    case Since::before: return {.time = reading.sample.booted, .own = false};
    case Since::agent: {
      const auto since = std::max(container.started, reading.sample.agent_begun);
      return {.time = since, .own = since == container.started};
    }
  }
  return {};
}

}  // namespace cspy::metrics
