// Reads many small kernel files (cgroup trees, /proc, /sys) cheaply: opens a directory once, opens a file in it by
// name, and reads all files into one buffer. Allocates nothing per file.
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "base/unique_fd.hpp"

namespace cspy::host {

/// A directory in which to open files. It uses a file descriptor while it lives.
class Directory {
 public:
  /// nullopt if it is not a directory or cannot be opened (errno has the reason).
  [[nodiscard]] static std::optional<Directory> open(const char* path);
  /// A directory below this one. `path` is relative, and is followed as it is, with links and "..". If the path comes
  /// from outside, the caller must check it.
  [[nodiscard]] std::optional<Directory> below(const char* path) const;
  /// Whether an entry with this name exists.
  [[nodiscard]] bool has(const char* name) const;
  /// When the file, or the directory itself (".") was last modified. 0 if it does not exist.
  [[nodiscard]] UnixNanos modified(const char* name) const;
  enum class Entry : std::uint8_t { directory, file };
  /// The names of its entries of one kind, at most `names_max`, in no order. nullopt if the directory cannot be read
  /// (errno has the reason).
  [[nodiscard]] std::optional<std::vector<std::string>> names(Entry kind, std::size_t names_max) const;
  [[nodiscard]] int get() const { return fd_.get(); }

 private:
  explicit Directory(int fd) : fd_{fd} {}
  UniqueFd fd_;
};

/// The buffer and the functions that read into it.
class KernelFiles {
 public:
  /// The whole file, valid until the next call. nullopt if it is missing, cannot be read (the cgroup was removed in the
  /// meantime, the controller of the file is off), or fills limits::kernel_file_bytes_max.
  [[nodiscard]] std::optional<std::string_view> read(const Directory& directory, const char* name);

  /// Whether the last read failed for another reason than that the kernel does not have the file (or its numbers): the
  /// file may have a number that we do not know.
  [[nodiscard]] bool failed() const;

  /// Passes each line of a file of any length to `line`, without its line break. `line` returns whether it wants more.
  /// An unfinished last line counts. false if the file cannot be opened, a read fails, a line does not fit into the
  /// buffer, or the file has more than limits::kernel_lines_bytes_max.
  template<class Line>
  bool each_line(const Directory& directory, const char* name, Line&& line) {
    const auto file = open(directory, name);
    if (!file) return false;
    std::size_t kept = 0;  // bytes of a line whose end is not read yet
    for (std::size_t total = 0; total <= limits::kernel_lines_bytes_max;) {
      const auto count = read_some(file, kept);
      if (count < 0) return false;
      if (kept == limits::kernel_file_bytes_max) break;
      if (count == 0) {
        if (kept > 0) line(std::string_view{buffer_.get(), kept});
        return true;
      }
      total += static_cast<std::size_t>(count);
      std::string_view rest{buffer_.get(), kept + static_cast<std::size_t>(count)};
      for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        if (!line(rest.substr(0, end))) return true;
        rest.remove_prefix(end + 1);
      }
      kept = rest.size();
      std::memmove(buffer_.get(), rest.data(), kept);
    }
    error_ = EFBIG;
    return false;
  }

 private:
  /// Sets `error_`.
  [[nodiscard]] UniqueFd open(const Directory& directory, const char* name);
  /// Reads into the buffer after the first `used` bytes. 0 at the end of the file or if the buffer is full. Negative:
  /// failed.
  /// Then `error_` has the reason.
  [[nodiscard]] ssize_t read_some(const UniqueFd& file, std::size_t used);

  std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(limits::kernel_file_bytes_max);
  int error_ = 0;  ///< of the last read; 0: it succeeded
};

}  // namespace cspy::host
