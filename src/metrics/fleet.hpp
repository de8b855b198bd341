// The containers, and which of their series a receiver believes to exist.
//
// Pure state: the engine's watcher changes it, each round reads it and closes it. It holds nothing of a container that
// is gone, but for the last reading until the next round has ended its series.
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
    ReadingPtr sent;  ///< what the last round had of this container; null before its first
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
