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
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "queue/waiting.hpp"

namespace cspy::queue {

class Journal {
 public:
  /// What the start found.
  struct Recovery {
    std::uint64_t bytes_cut_off = 0;   ///< of a torn tail, or of a segment whose header is torn
    std::uint64_t next_sequence = 1;   ///< larger than all sequences that were found
    std::uint64_t files_unusable = 0;  ///< of these, some were set aside; the others were left alone
    std::uint64_t files_aside = 0;
    std::uint64_t files_deleted = 0;  ///< that were set aside by this start or an earlier one
    std::uint64_t files_beyond = 0;   ///< the oldest, deleted unread because all files exceeded the limit
    std::uint64_t bytes_beyond = 0;
    std::vector<Error> unusable = {};  ///< why, for the first limits::queue_files_named_max files

    void note(Error why);
  };
  /// Takes the record of an unfinished round, in the order of the sequences. `payload` is valid during the call.
  using Take = std::function<void(std::uint64_t sequence, std::string_view payload, Progress progress)>;

  /// Opens the directory as Directory::open does. `bytes_max` limits the size of the files; notes about rounds come on
  /// top, a few bytes each. If the limit was larger before, the oldest files are deleted unread. A file that cannot be
  /// used does not end the start: it is set aside if it is a regular file, and otherwise left alone. Errors: as
  /// Directory::open.
  static Result<Journal> open(std::string directory, std::size_t bytes_max, Recovery& recovery);

  ~Journal();
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;

  /// Passes the undelivered rounds that the start found to `take`, which may remove() them and earlier ones. Only one
  /// of them is in memory at a time. REQUIRES: called once, before the first append().
  Result<void> read(const Take& take);
  /// Whether a round of this size has room if no other round is there.
  [[nodiscard]] bool fits(std::size_t payload_bytes) const;
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
  /// Why a segment without rounds could not be deleted. It still counts, and the next remove() tries again.
  [[nodiscard]] const std::optional<Error>& undeletable() const;
  /// Size of all files, also of those that were set aside.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cspy::queue
