// Reading many small files of the kernel (cgroup trees, /proc, /sys) cheaply: a directory is opened once, a file is
// opened in it by name, and all are read into one buffer. Nothing is allocated for a file.
#pragma once

#include <sys/types.h>

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

/// A directory in which to open files. It costs a descriptor while it lives.
class Directory {
 public:
  /// nullopt where it is none, or cannot be opened (errno says why).
  [[nodiscard]] static std::optional<Directory> open(const char* path);
  /// A directory below this one; `path` is relative. It is followed as it stands, links and ".." too: who gets it from
  /// outside checks it.
  [[nodiscard]] std::optional<Directory> below(const char* path) const;
  /// Whether there is something of that name.
  [[nodiscard]] bool has(const char* name) const;
  /// When the file, or the directory itself (".") was last modified; 0 where it is not there.
  [[nodiscard]] UnixNanos modified(const char* name) const;
  enum class Entry : std::uint8_t { directory, file };
  /// The names of one kind in it, at most so many, in no order; none where it cannot be read.
  [[nodiscard]] std::vector<std::string> names(Entry kind, std::size_t names_max) const;
  [[nodiscard]] int get() const { return fd_.get(); }

 private:
  explicit Directory(int fd) : fd_{fd} {}
  UniqueFd fd_;
};

/// The buffer, and the reading into it.
class KernelFiles {
 public:
  /// The whole file; valid until the next call. nullopt where it is missing, cannot be read (a cgroup that went away in
  /// between, a file of a controller that is off) or fills limits::kernel_file_bytes_max.
  [[nodiscard]] std::optional<std::string_view> read(const Directory& directory, const char* name);

  /// Gives `line` each line, without its break, of a file of any length; it returns whether it wants more. An
  /// unfinished last line counts. false where the file cannot be opened, a read fails, a line does not fit into the
  /// buffer, or more than limits::kernel_lines_bytes_max are read.
  template<class Line>
  bool each_line(const Directory& directory, const char* name, Line&& line) {
    const auto file = open(directory, name);
    if (!file) return false;
    std::size_t kept = 0;  // of a line whose end is not read yet
    for (std::size_t total = 0; total <= limits::kernel_lines_bytes_max;) {
      const auto count = read_some(file, kept);
      if (count < 0 || kept == limits::kernel_file_bytes_max) return false;
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
    return false;
  }

 private:
  [[nodiscard]] static UniqueFd open(const Directory& directory, const char* name);
  /// Reads into the buffer behind the first `used` bytes. 0 at the end, and where the buffer is full; negative: failed.
  [[nodiscard]] ssize_t read_some(const UniqueFd& file, std::size_t used);

  std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(limits::kernel_file_bytes_max);
};

}  // namespace cspy::host
