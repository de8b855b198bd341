// Detecting that a file has changed: secrets and certificates are replaced in place or through a symbolic link.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

namespace cspy {

class WatchedFile {
 public:
  WatchedFile() = default;
  explicit WatchedFile(std::string path) : path_{std::move(path)} {}

  /// Whether the file has changed since the last call: its inode, size or change time differs, or it has appeared or
  /// disappeared. The first call returns true if there is a path.
  [[nodiscard]] bool changed();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  using Mark = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;  // inode, size, time of change

  std::string path_;
  Mark mark_{};
  bool known_ = false;
};

}  // namespace cspy
