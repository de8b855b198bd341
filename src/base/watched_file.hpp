// Noticing that a file has become another one: secrets and certificates are rotated in place or behind a symbolic link.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

namespace cspy {

class WatchedFile {
 public:
  WatchedFile() = default;
  explicit WatchedFile(std::string path) : path_{std::move(path)} {}

  /// Whether the file is not what it was at the last call: another inode, size or time of change; or has come or gone.
  /// The first call is always true where there is a path.
  [[nodiscard]] bool changed();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  using Mark = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;  // inode, size, time of change

  std::string path_;
  Mark mark_{};
  bool known_ = false;
};

}  // namespace cspy
