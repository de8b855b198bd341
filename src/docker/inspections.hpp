// Which containers wait for an inspection. Pure: the caller passes the time, asks the engine, and reports what came.
//
// Invariants:
// - An id is in one place: it waits, or it is in progress. take() moves it from the one to the other, done() ends it.
// - A change that is told while an inspection is in progress makes its answer outdated: done() says so, and the id
//   waits again.
// - The answer of an inspection in progress is also outdated if the container is dropped, but then the id waits no
// more.
// - Inspections that are slow (limits::request_patience) do not count as one of those at a time.
// - Each failure of a container makes only that container wait, longer each time. Containers that have failed use at
//   most limits::inspect_retries_at_once of the places, so they do not keep the others from being inspected.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "net/clock.hpp"

namespace cspy::docker {

class Inspections {
 public:
  /// The container is new or has changed. Ignored if there are too many (limits::containers_max).
  void add(std::string_view id, net::TimePoint now);
  /// An id to inspect now; nullopt if none is due or too many are in progress.
  [[nodiscard]] std::optional<std::string> take(net::TimePoint now);
  /// The inspection has ended. False: its answer is outdated. Unless it was dropped, the container will be inspected
  /// again.
  [[nodiscard]] bool done(std::string_view id, bool succeeded, net::TimePoint now);
  /// Something has happened to the container: an inspection in progress may have missed it.
  void outdate(std::string_view id);
  /// Nobody wants to know about the container any more. If an inspection is in progress, its answer is outdated.
  /// Returns whether it waited or was in progress.
  bool drop(std::string_view id);

  /// When take() should be called next.
  [[nodiscard]] net::TimePoint next_due(net::TimePoint now) const;
  [[nodiscard]] std::size_t in_progress() const { return begun_.size(); }
  /// Whether an id waits that was never tried.
  [[nodiscard]] bool has_untried() const;
  /// Whether a container waits because its last inspection failed.
  [[nodiscard]] bool has_failed() const { return failed_ > 0; }
  /// REQUIRES: none is in progress.
  void clear();

 private:
  struct Entry {
    net::TimePoint due{};
    unsigned failures = 0;
    bool busy = false;       ///< in progress
    net::TimePoint begun{};  ///< while busy
    bool outdated = false;   ///< while busy: its answer is from before a change
    bool dropped = false;    ///< while busy: forget it with its answer
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  [[nodiscard]] bool may_start(const Entry& entry) const;
  /// When a place becomes free without the end of an inspection. `now` or before: one is free.
  [[nodiscard]] net::TimePoint place_free_at(net::TimePoint now) const;
  void set_failures(Entry& entry, unsigned failures);
  void erase(Entries::iterator entry);

  Entries entries_;
  std::multiset<net::TimePoint> begun_;  ///< of the inspections in progress
  std::size_t retries_in_progress_ = 0;
  std::size_t failed_ = 0;
};

}  // namespace cspy::docker
