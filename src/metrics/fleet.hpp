// The known containers, and which of their series the receiver believes to exist.
//
// Pure state: the watch changes it; each round reads it and closes it. Invariants:
//
// - An entry is one run of one container under one identity (its labels). Entry::container is what is known now.
//   Entry::last is the reading of that run in the newest round that had one. Its series exist at the receiver, or will
//   exist once the waiting rounds are delivered.
// - Each series that was in a round ends. A reading whose series have to end is in `departed_` (its run
//   ended, its container is gone, or its labels changed), or the reading that replaces it has another shape.
//   close_round() turns both cases into endings.
// - An ending that could not be delivered comes back through restore() and is in `departed_` again. So several readings
//   of a container may be there. No round ends a series twice: the others wait for the next rounds.
// - Readings and containers are immutable and shared. The fleet holds Entry::last and `departed_`; rounds hold what
//   they send. The last owner frees them. The fleet never waits: between two awaits only its users' calls change it.
// - limits::departed_max bounds `departed_`. Beyond it, the receiver ends a series by itself when the series goes
//   stale.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/oom_kills.hpp"
#include "metrics/reading.hpp"

namespace cspy::metrics {

class Fleet {
 public:
  struct Entry {
    std::shared_ptr<const Container> container;
    Health health = Health::none;
    ReadingPtr last;  ///< the reading of this run in the newest round that had one; null before
  };

  /// `begun`: the start of the agent; 0: it has always been there.
  explicit Fleet(UnixNanos begun = 0) : oom_kills_{begun} {}

  /// Adds a container, or replaces what is known about it. A new run of the same id (another start time) begins without
  /// a reading.
  void put(std::shared_ptr<const Container> container, Health health);
  /// Forgets a container that stopped or is gone. Its series end with the next round.
  void remove(std::string_view id);
  void set_health(std::string_view id, Health health);

  /// OOM kills over all runs of each container.
  [[nodiscard]] OomKills& oom_kills() { return oom_kills_; }

  /// Null if the container is not known.
  [[nodiscard]] const Entry* find(std::string_view id) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// All entries, ordered by id. Valid until the fleet changes.
  [[nodiscard]] const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

  /// Makes the round from `readings`, which were taken since the last round. Leaves out readings whose run has ended in
  /// the meantime, remembers the others as sent, and adds the series that end. A container without a reading keeps its
  /// series: one missing point does not end a series. The round's time is `time`, or just after the last round if the
  /// clock was set back: receivers refuse points that are older than the last ones.
  [[nodiscard]] Round close_round(UnixNanos time, std::vector<ReadingPtr> readings);

  /// Makes a round that ends every series. The containers stay; their next readings begin new series.
  [[nodiscard]] Round end_all(UnixNanos time);

  /// Takes back the endings of a round that could not be sent. The next round has them.
  void restore(std::vector<Ending> endings);

 private:
  void depart(ReadingPtr last);
  void end_departed(Round& round);

  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<ReadingPtr> departed_;  ///< readings whose series must end
  OomKills oom_kills_;
  UnixNanos last_time_ = 0;  ///< of the last round
};

}  // namespace cspy::metrics
