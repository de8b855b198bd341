#include "host/kernel_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/deleter.hpp"

namespace cspy::host {
namespace {

bool is_directory(const dirent& entry, int directory) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat info{};
  return ::fstatat(directory, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace

std::optional<Directory> Directory::open(const char* path) {
  const int fd = ::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 ? std::nullopt : std::optional{Directory{fd}};
}

std::optional<Directory> Directory::below(const char* path) const {
  const int fd = ::openat(fd_.get(), path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 ? std::nullopt : std::optional{Directory{fd}};
}

bool Directory::has(const char* name) const {
  return ::faccessat(fd_.get(), name, F_OK, 0) == 0;
}

UnixNanos Directory::modified(const char* name) const {
  struct stat info{};
  if (::fstatat(fd_.get(), name, &info, AT_SYMLINK_NOFOLLOW) != 0 || info.st_mtim.tv_sec < 0) return 0;
  return static_cast<UnixNanos>(info.st_mtim.tv_sec) * nanos_per_second + static_cast<UnixNanos>(info.st_mtim.tv_nsec);
}

std::optional<std::vector<std::string>> Directory::names(Entry kind, std::size_t names_max) const {
  std::vector<std::string> found;
  const int fd = ::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  const std::unique_ptr<DIR, Deleter<::closedir>> stream{::fdopendir(fd)};
  if (!stream) {
    ::close(fd);
    return std::nullopt;
  }
  while (found.size() < names_max) {
    errno = 0;
    const auto* const entry = ::readdir(stream.get());
    if (entry == nullptr && errno != 0) return std::nullopt;
    if (entry == nullptr) break;
    const std::string_view name{entry->d_name};
    if (name == "." || name == "..") continue;
    if (is_directory(*entry, fd) == (kind == Entry::directory)) found.emplace_back(name);
  }
  return found;
}

std::optional<std::string_view> KernelFiles::read(const Directory& directory, const char* name) {
  const auto file = open(directory, name);
  if (!file) return std::nullopt;
  std::size_t used = 0;
  while (used < limits::kernel_file_bytes_max) {
    const auto count = read_some(file, used);
    if (count < 0) return std::nullopt;
    if (count == 0) return std::string_view{buffer_.get(), used};
    used += static_cast<std::size_t>(count);
  }
  error_ = EFBIG;
  return std::nullopt;
}

bool KernelFiles::failed() const {
  // With pressure switched off, older kernels have its files, but refuse to read them.
  return error_ != 0 && error_ != ENOENT && error_ != EOPNOTSUPP;
}

UniqueFd KernelFiles::open(const Directory& directory, const char* name) {
  // Non-blocking: a named pipe in place of the file must not hang a round.
  UniqueFd file{::openat(directory.get(), name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  error_ = file ? 0 : errno;
  return file;
}

ssize_t KernelFiles::read_some(const UniqueFd& file, std::size_t used) {
  for (;;) {
    const auto count = ::read(file.get(), buffer_.get() + used, limits::kernel_file_bytes_max - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) error_ = errno;
    return count;
  }
}

}  // namespace cspy::host
