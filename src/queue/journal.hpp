// The part of the queue that survives a restart: rounds that had to wait, written down in a directory of their own.
//
// Records are opaque here. The files are segments of records, each with its length and a checksum
// (docs/queue-format.md); a segment goes when all its rounds are gone. Writing is appending, without fsync: what the
// kernel has taken survives this process, and after a power failure a torn tail is recognised and cut off. Not
// thread-safe; one process at a time, which a lock on the directory sees to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "queue/waiting.hpp"

namespace cspy::queue {

class Journal {
 public:
  /// What was found at the start.
  struct Recovery {
    std::uint64_t rounds = 0;         ///< that still had to be delivered
    std::uint64_t bytes_cut_off = 0;  ///< of a torn tail, or of a segment that is not ours to read
    std::uint64_t next_sequence = 1;  ///< larger than any that was found
  };
  /// Takes a record that was not finished, in the order of the sequences. `payload` is valid during the call.
  using Take = std::function<void(std::uint64_t sequence, std::string_view payload, Progress progress)>;

  /// Opens the directory, creates it where its parent exists, locks it, and gives `take` what is left to deliver.
  /// `bytes_max` bounds the files' size; what is noted of rounds comes on top, some bytes each. Errors: denied,
  /// missing, refused (another process has it, a file is not ours to read), with the path and the remedy.
  static Result<Journal> open(std::string directory, std::size_t bytes_max, const Take& take, Recovery& recovery);

  ~Journal();
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;

  /// Writes a round down. REQUIRES: a sequence larger than all before. Errors: too_large where the files have no room:
  /// the oldest rounds must be finished first; others with the system's words (a full disk), and then nothing of it is
  /// left in the file, and the next append may succeed.
  Result<void> append(std::uint64_t sequence, std::string_view payload);
  /// Notes that a part of the round was delivered. A sequence that is not in the journal is passed over; errors as
  /// append(). What could not be noted is sent a second time after a restart, which is the worst that comes of it.
  Result<void> update_progress(std::uint64_t sequence, Progress progress);
  /// The round is gone, delivered or dropped. As note(); frees segments.
  Result<void> remove(std::uint64_t sequence);

  [[nodiscard]] bool contains(std::uint64_t sequence) const;
  /// Size of all files.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cspy::queue
