// Counts the OOM kills of each container over all its runs. Pure.
//
// Two sources report them. The engine sends events, but a new subscription may replay some, and one event may stand for
// several kills. The kernel counts too, but starts at 0 with each run. The larger of the two is the result, and it
// never falls.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "metrics/container.hpp"

namespace cspy::metrics {

class OomKills {
 public:
  /// An event at `time` (0: the event has no time) in the run that began at `run` (0: not known). An event that is not
  /// later than the container's last one is a replay.
  void add_event(std::string_view id, UnixNanos time, UnixNanos run);
  /// The kernel's count for the container's current run. An inspection only reports whether there was a kill.
  void count(const Container& container, std::uint64_t kills);
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
    UnixNanos last_event = 0;
  };
  Record* in_run(std::string_view id, UnixNanos run);

  std::map<std::string, Record, std::less<>> records_;  ///< containers with a kill, by id
  UnixNanos last_event_ = 0;
};

}  // namespace cspy::metrics
