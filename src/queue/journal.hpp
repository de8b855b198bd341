// The part of the queue that survives a restart: rounds that had to wait, on disk in a directory of their own.
//
// Records are opaque here. The files are segments of records, and each record has its length and a checksum
// (docs/queue-format.md). A segment is removed when all its rounds are gone. Writing appends, without fsync: data that
// the kernel has taken survives this process. After a power failure the next start recognises a torn tail and cuts it
// off. Not thread-safe. A lock on the directory admits one process at a time.
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
  /// What the start found.
  struct Recovery {
    std::uint64_t rounds = 0;         ///< rounds that were not delivered yet
    std::uint64_t bytes_cut_off = 0;  ///< of a torn tail, or of a segment whose header is torn
    std::uint64_t next_sequence = 1;  ///< larger than all sequences that were found
  };
  /// Takes the record of an unfinished round, in the order of the sequences. `payload` is valid during the call.
  using Take = std::function<void(std::uint64_t sequence, std::string_view payload, Progress progress)>;

  /// Opens the directory, creates it if its parent exists, locks it, and passes the undelivered rounds to `take`.
  /// `bytes_max` limits the size of the files; notes about rounds come on top, a few bytes each. Errors: denied,
  /// missing, refused (another process uses the directory, or a file in it is not a queue file), with the path and the
  /// remedy.
  static Result<Journal> open(std::string directory, std::size_t bytes_max, const Take& take, Recovery& recovery);

  ~Journal();
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;

  /// Writes a round. REQUIRES: a sequence larger than all before. Errors: too_large if the files have no room: finish
  /// the oldest rounds first. Other errors carry the system's message (a full disk). Then no part of the round stays in
  /// the file, and the next append() may succeed.
  Result<void> append(std::uint64_t sequence, std::string_view payload);
  /// Writes that a part of the round was delivered. Ignores a sequence that is not in the journal. Errors as in
  /// append(). If it fails, the worst result is that a restart sends the part a second time.
  Result<void> update_progress(std::uint64_t sequence, Progress progress);
  /// The round is gone: delivered or dropped. Errors as in update_progress(). Frees segments.
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
