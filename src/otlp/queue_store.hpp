// The copy on disk of the rounds that wait, where there is a directory for it.
//
// A round goes to the journal when it has to wait: in good times nothing is written. Where the disk takes no more, the
// queue goes on in memory alone, which is said once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/trouble.hpp"
#include "metrics/selection.hpp"
#include "otlp/delivery.hpp"
#include "otlp/journal.hpp"

namespace cspy::otlp {

class QueueStore {
 public:
  /// Without a directory; every call but open() does nothing then. `log` outlives it.
  explicit QueueStore(Log& log) : log_{log} {}

  /// Opens the journal in `directory` and returns the rounds that it still has, the oldest first, measured by what is
  /// wanted now. Errors as
  /// Journal::open.
  Result<std::vector<Waiting>> open(std::string directory, std::size_t bytes_max, const metrics::Selection& selection);

  /// Writes down what of the rounds is not yet. false: the journal is full, and the oldest must go first.
  [[nodiscard]] bool keep(const Waiting& waiting);
  /// A part of the round was answered for.
  void note(const Waiting& waiting);
  /// The round is gone, delivered or dropped.
  void finish(const Waiting& waiting);
  [[nodiscard]] bool has(const Waiting& waiting) const { return journal_ && journal_->contains(waiting.sequence); }

 private:
  void say(const Result<void>& written);

  Log& log_;
  std::optional<Journal> journal_;
  std::string record_;  ///< reused
  Trouble failing_{1};
};

}  // namespace cspy::otlp
