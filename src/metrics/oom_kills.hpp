// How often processes of a container were killed for want of memory, over all its runs. Pure.
//
// Two sources tell it: the engine's events, of which a new subscription may tell the same again and which may join
// several kills, and the kernel's own count, which begins anew with each run. The larger counts, and it never falls.
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
  /// An event at `time`, 0 where it has none, in the run that began at `run`, 0 where that is not known. One that is
  /// not later than the container's last is the same again.
  void add_event(std::string_view id, UnixNanos time, UnixNanos run);
  /// The kernel's count of the container's present run; that there was one is all that an inspection tells.
  void count(const Container& container, std::uint64_t kills);
  /// The container runs, maybe for the first time since it was told last.
  void begin_run(const Container& container);
  /// The container is gone for good.
  void forget(std::string_view id);

  [[nodiscard]] std::uint64_t of(std::string_view id) const;
  /// Time of the last event of any container: what is later has not been told yet. 0: there was none.
  [[nodiscard]] UnixNanos last_event() const { return last_event_; }

 private:
  struct Record {
    UnixNanos run = 0;          ///< start of the present run; 0: not known
    std::uint64_t in_past = 0;  ///< in the runs before it
    std::uint64_t noted = 0;    ///< in this run, by events
    std::uint64_t counted = 0;  ///< in this run, by the kernel
    UnixNanos last_event = 0;
  };
  Record* in_run(std::string_view id, UnixNanos run);

  std::map<std::string, Record, std::less<>> records_;  ///< of containers that had one, by id
  UnixNanos last_event_ = 0;
};

}  // namespace cspy::metrics
