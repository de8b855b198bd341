// The containers that are known, and which of their series a receiver believes to exist.
//
// Pure state: the watch changes it, each round reads it and closes it. Invariants:
//
// - An entry is one run of one container under one identity (its labels). Entry::container is what is known now.
//   Entry::last is the reading of that run in the newest round that had one: its series exist at the receiver, or will
//   when the rounds that wait are delivered.
// - Every series that was in a round ends exactly once. A reading whose series have to end is either in `departed_`
// (its
//   run ended, its container is gone, or its labels changed) or is compared with the reading that replaces it
//   (another shape). close_round() turns both into endings and empties `departed_`.
// - An ending that could not be delivered comes back by restore() and is in `departed_` again.
// - Readings and containers are immutable and shared: the fleet holds Entry::last and `departed_`, rounds hold what
// they
//   send, and whoever is last frees them. The fleet never waits, so nothing changes between two awaits of its users
//   but by their calls.
// - `departed_` is bounded by limits::departed_max. Beyond it a series is left to go stale at the receiver.
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

  /// Adds a container, or replaces what is known of it. Another run of the same id (another start time) begins with no
  /// reading.
  void put(std::shared_ptr<const Container> container, Health health);
  /// Forgets a container that stopped, or is gone; its series end with the next round.
  void remove(std::string_view id);
  void set_health(std::string_view id, Health health);

  /// Kills for want of memory, over all runs of each container.
  [[nodiscard]] OomKills& oom_kills() { return oom_kills_; }

  /// Null where the container is not known.
  [[nodiscard]] const Entry* find(std::string_view id) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// All of them, ordered by id. Valid until the fleet changes.
  [[nodiscard]] const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

  /// Makes the round of `readings`, which were taken since the last one: leaves out those whose run has ended
  /// meanwhile, remembers the others as sent, and adds the series that end. A container without a reading keeps its
  /// series: one missing point is not an end.
  [[nodiscard]] Round close_round(UnixNanos time, std::vector<ReadingPtr> readings);

  /// Takes back the endings of a round that could not be sent, so that the next round has them.
  void restore(std::vector<Ending> endings);

 private:
  void depart(ReadingPtr last);
  void end_departed(Round& round);

  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<ReadingPtr> departed_;  ///< readings whose series are to be ended
  OomKills oom_kills_;
};

}  // namespace cspy::metrics
