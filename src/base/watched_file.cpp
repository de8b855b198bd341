#include "base/watched_file.hpp"

#include <sys/stat.h>

#include <utility>

namespace cspy {

bool WatchedFile::changed() {
  if (path_.empty()) return false;
  Mark now{};
  struct stat status{};
  if (::stat(path_.c_str(), &status) == 0) {
    // The change time, not the modification time: `mv` and `cp -p` keep the latter.
    now = {status.st_ino, static_cast<std::uint64_t>(status.st_size), status.st_ctim.tv_sec, status.st_ctim.tv_nsec};
  }
  const bool same = std::exchange(known_, true) && now == mark_;
  mark_ = now;
  return !same;
}

}  // namespace cspy
