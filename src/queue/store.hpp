// The copy of waiting rounds on disk, if a directory for it is configured.
//
// A round is written when it has to wait. While deliveries succeed, nothing is written. If the disk takes no more data,
// the queue continues in memory alone, and one warning reports it. A round that is larger than the whole directory may
// be stays in memory too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/log.hpp"
#include "base/trouble.hpp"
#include "metrics/selection.hpp"
#include "queue/journal.hpp"
#include "queue/waiting.hpp"

namespace cspy::queue {

class Store {
 public:
  /// Has no directory: every other call does nothing until open(). `log` must outlive it.
  explicit Store(Log& log) : log_{log} {}

  using Take = std::function<void(Waiting)>;
  /// Opens the journal in `directory` and passes the rounds that it still holds to `take`, the oldest first, measured
  /// by `selection`. Only one of them is in memory at a time, and `take` may remove() it and earlier ones. Returns the
  /// next sequence: it is larger than all that the files know. Errors as Journal::open.
  Result<std::uint64_t> open(std::string directory, std::size_t bytes_max, const metrics::Selection& selection,
                             const Take& take);

  enum class Kept : std::uint8_t {
    all,     ///< each round is on disk, or could never fit
    full,    ///< the journal is full: the oldest round must go first
    failed,  ///< the disk takes no more data; the next call tries again
  };
  /// Writes the rounds that are not on disk yet, in their order. Ends at the first that it cannot write.
  Kept keep(const std::deque<Waiting>& rounds);
  /// Writes how far the delivery of the round has come.
  void update_progress(const Waiting& waiting);
  /// The round was delivered or dropped: removes it.
  void remove(const Waiting& waiting);
  [[nodiscard]] bool has(const Waiting& waiting) const { return journal_ && journal_->contains(waiting.sequence); }

 private:
  void note_too_large(const Waiting& waiting, std::size_t bytes);
  void note_failure(const Result<void>& written);
  void log_trouble(Trouble::Change change, const Result<void>& written);
  void log_undeletable();
  void log_damage(const std::string& directory, const Journal::Recovery& recovery, std::size_t unreadable);

  Log& log_;
  std::optional<Journal> journal_;
  std::set<std::uint64_t> too_large_;  ///< waiting rounds that do not fit into the directory, by sequence
  bool said_too_large_ = false;
  Trouble failing_{1};
  Trouble undeletable_{1};
};

}  // namespace cspy::queue
