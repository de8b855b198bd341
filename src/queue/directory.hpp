// The directory of the queue: the segments, the lock, and the files that were set aside.
//
// Everything goes by descriptor from the directory that was checked at the start: a path that changes later, or a link
// in the directory, leads nowhere else. It knows names and sizes, but no records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace cspy::queue {

class Directory {
 public:
  /// Opens the directory, creates it if its parent exists, and locks it against other processes. It must belong to the
  /// agent's user or to root, and not everybody may write to it: whoever may write to it can make the agent lose or
  /// send rounds. Errors: denied, missing, refused, with the path and the remedy.
  static Result<Directory> open(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The path of a segment, for messages.
  [[nodiscard]] std::string path_of(std::uint64_t segment) const;
  /// The numbers of all entries that have the name of a segment, in ascending order.
  [[nodiscard]] Result<std::vector<std::uint64_t>> segments() const;

  /// Opens a segment to read and write. Errors: refused, in particular if the entry is not a regular file.
  [[nodiscard]] Result<UniqueFd> open_segment(std::uint64_t segment) const;
  /// Creates a segment. Errors: refused, also if the entry exists.
  [[nodiscard]] Result<UniqueFd> create_segment(std::uint64_t segment) const;
  /// Deletes a segment. It is no error if it does not exist.
  [[nodiscard]] Result<void> remove(std::uint64_t segment) const;

  /// Renames a segment that cannot be used to NAME.damaged.
  [[nodiscard]] Result<void> set_aside(std::uint64_t segment) const;
  struct Aside {
    std::size_t files = 0;
    std::size_t bytes = 0;
    std::size_t deleted = 0;
    std::uint64_t last = 0;  ///< the largest number in their names
  };
  /// Deletes files that were set aside, the oldest first, until at most `files_max` with at most `bytes_max` remain.
  /// Returns what remains.
  [[nodiscard]] Aside limit_aside(std::size_t files_max, std::size_t bytes_max) const;

 private:
  Directory(std::string path, UniqueFd directory, UniqueFd lock)
      : path_{std::move(path)}, directory_{std::move(directory)}, lock_{std::move(lock)} {}

  std::string path_;
  UniqueFd directory_, lock_;
};

/// The size of an open file.
[[nodiscard]] std::size_t size_of(const UniqueFd& file);

}  // namespace cspy::queue
