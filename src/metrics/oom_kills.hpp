// Counts the OOM kills of each container over all its runs. Pure.
//
// Two sources report them. The engine sends events, but a new subscription may replay some, and one event may stand for
// several kills. The kernel counts too, but starts at 0 with each run. The larger of the two is the result, and it
// never falls while this agent runs. The next agent may know fewer kills, because engines forget events. So the count
// of each agent has a start of its own, unless the kernel alone counted it (metrics/beginning).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "metrics/container.hpp"
#include "metrics/sample.hpp"

namespace cspy::metrics {

class OomKills {
 public:
  /// `begun`: the start of the agent.
  explicit OomKills(UnixNanos begun) : begun_{begun} {}

  /// An event at `time` (0: the event has no time) in the run that began at `run` (0: not known). An event that is not
  /// later than the container's last one is a replay.
  void add_event(std::string_view id, UnixNanos time, UnixNanos run);
  /// Takes the kernel's count of the current run from `sample.oom_events` (absent: the kernel's files are not read),
  /// and puts the count over all runs in its place. Does nothing if that count was missed.
  void complete(const Container& container, Sample& sample);
  /// The container runs, maybe in a new run.
  void begin_run(const Container& container);
  /// The container no longer exists.
  void forget(std::string_view id);

  [[nodiscard]] std::uint64_t of(std::string_view id) const;
  /// Time of the last event of any container. Later events have not been counted yet. 0: there was no event.
  [[nodiscard]] UnixNanos last_event() const { return last_event_; }

 private:
  struct Record {
    UnixNanos run = 0;          ///< start of the current run; 0: not known
    std::uint64_t in_past = 0;  ///< kills in earlier runs
    std::uint64_t noted = 0;    ///< kills in this run, by events
    std::uint64_t counted = 0;  ///< kills in this run, by the kernel
    bool inspected = false;     ///< an inspection reported that there was a kill in this run
    bool mixed = false;         ///< the kernel alone did not count all kills
    UnixNanos last_event = 0;

    [[nodiscard]] std::uint64_t kills() const;
  };
  Record* in_run(std::string_view id, UnixNanos run);

  UnixNanos begun_;
  std::map<std::string, Record, std::less<>> records_;  ///< containers with a kill, by id
  UnixNanos last_event_ = 0;
};

}  // namespace cspy::metrics
