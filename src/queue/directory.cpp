#include "queue/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/deleter.hpp"
#include "queue/journal_format.hpp"

namespace cspy::queue {
namespace {

constexpr std::string_view aside_suffix{".damaged"};
constexpr int never_follow = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

std::unexpected<Error> failed(const std::string& path, int error, std::string remedy = {}) {
  const auto code = error == EACCES || error == EPERM ? Code::denied : error == ENOENT ? Code::missing : Code::refused;
  return std::unexpected{Error{code, path + ": " + std::generic_category().message(error), std::move(remedy)}};
}

/// Checks an entry that was opened. O_NONBLOCK lets a pipe open, and nothing else in the directory is ours.
Result<UniqueFd> regular(UniqueFd file, int error, const std::string& path) {
  struct stat status{};
  if (!file) return failed(path, error, error == ELOOP ? "delete the link" : "");
  if (::fstat(file.get(), &status) != 0) return failed(path, errno);
  if (!S_ISREG(status.st_mode))
    return std::unexpected{Error{Code::refused, path + ": not a regular file", "delete it"}};
  return file;
}

Result<void> check_owner(int directory, const std::string& path) {
  struct stat status{};
  if (::fstat(directory, &status) != 0) return failed(path, errno);
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return std::unexpected{
        Error{Code::refused,
              fmt::format("{}: it belongs to user {}, and the agent runs as user {}", path, status.st_uid, ::geteuid()),
              fmt::format("change its owner to {}, or set queue_dir to a new directory", ::geteuid())}};
  }
  if ((status.st_mode & S_IWOTH) == 0) return {};
  return std::unexpected{Error{Code::refused, path + ": every user may write to it",
                               "run chmod o-w on it, or set queue_dir to a new directory in it"}};
}

Result<UniqueFd> lock_file(int directory, const std::string& path) {
  const auto lock_path = path + "/lock";
  UniqueFd opened{::openat(directory, "lock", O_RDWR | O_CREAT | never_follow, journal::file_mode)};
  if (!opened && errno != ELOOP) return failed(lock_path, errno, "make the directory writable for the agent's user");
  auto file = regular(std::move(opened), errno, lock_path);
  if (!file || ::flock(file->get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) return failed(lock_path, errno);
  return std::unexpected{
      Error{Code::refused, path + ": another process uses it", "give each agent a directory of its own"}};
}

/// Calls `visit(std::string_view name)` for each entry. Returns 0 or the number of the error.
int for_each_name(int directory, const std::function<void(std::string_view)>& visit) {
  const int fd = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, Deleter<::closedir>> stream{fd < 0 ? nullptr : ::fdopendir(fd)};
  if (!stream) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    return error;
  }
  for (;;) {
    errno = 0;
    const auto* const entry = ::readdir(stream.get());
    if (entry == nullptr) return errno;
    visit(std::string_view{static_cast<const char*>(entry->d_name)});
  }
}

/// The number of a segment that was set aside. nullopt if the name is another one.
std::optional<std::uint64_t> aside_number(std::string_view name) {
  if (!name.ends_with(aside_suffix)) return std::nullopt;
  return journal::segment_number(name.substr(0, name.size() - aside_suffix.size()));
}

std::string aside_name(std::uint64_t segment) {
  return journal::segment_name(segment).append(aside_suffix);
}

}  // namespace

Result<Directory> Directory::open(std::string path) {
  constexpr mode_t ours_alone = 0700;
  if (::mkdir(path.c_str(), ours_alone) != 0 && errno != EEXIST)
    return failed(path, errno, "create it, writable for the agent's user");
  UniqueFd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory) return failed(path, errno, "set queue_dir to a directory of the agent's user");
  if (auto ours = check_owner(directory.get(), path); !ours) return std::unexpected{std::move(ours).error()};
  auto lock = lock_file(directory.get(), path);
  if (!lock) return std::unexpected{std::move(lock).error()};
  return Directory{std::move(path), std::move(directory), *std::move(lock)};
}

std::string Directory::path_of(std::uint64_t segment) const {
  return path_ + "/" + journal::segment_name(segment);
}

Result<std::vector<std::uint64_t>> Directory::segments() const {
  std::vector<std::uint64_t> numbers;
  const int error = for_each_name(directory_.get(), [&](std::string_view name) {
    if (const auto number = journal::segment_number(name)) numbers.push_back(*number);
  });
  if (error != 0) return failed(path_, error);
  std::ranges::sort(numbers);
  return numbers;
}

Result<UniqueFd> Directory::open_segment(std::uint64_t segment) const {
  UniqueFd file{::openat(directory_.get(), journal::segment_name(segment).c_str(), O_RDWR | never_follow)};
  return regular(std::move(file), errno, path_of(segment));
}

Result<UniqueFd> Directory::create_segment(std::uint64_t segment) const {
  UniqueFd file{::openat(directory_.get(), journal::segment_name(segment).c_str(),
                         O_RDWR | O_CREAT | O_EXCL | never_follow, journal::file_mode)};
  return regular(std::move(file), errno, path_of(segment));
}

Result<void> Directory::remove(std::uint64_t segment) const {
  if (::unlinkat(directory_.get(), journal::segment_name(segment).c_str(), 0) == 0 || errno == ENOENT) return {};
  return failed(path_of(segment), errno);
}

Result<void> Directory::set_aside(std::uint64_t segment) const {
  const auto from = journal::segment_name(segment), to = aside_name(segment);
  if (::renameat(directory_.get(), from.c_str(), directory_.get(), to.c_str()) == 0) return {};
  return failed(path_of(segment), errno);
}

Directory::Aside Directory::limit_aside(std::size_t files_max, std::size_t bytes_max) const {
  std::vector<std::uint64_t> numbers;
  for_each_name(directory_.get(), [&](std::string_view name) {
    if (const auto number = aside_number(name)) numbers.push_back(*number);
  });
  std::ranges::sort(numbers, std::greater{});
  Aside aside;
  if (!numbers.empty()) aside.last = numbers.front();
  for (const auto number : numbers) {
    const auto name = aside_name(number);
    struct stat status{};
    if (::fstatat(directory_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
      continue;
    const auto bytes = static_cast<std::size_t>(status.st_size);
    if ((aside.files >= files_max || aside.bytes + bytes > bytes_max) &&
        ::unlinkat(directory_.get(), name.c_str(), 0) == 0) {
      ++aside.deleted;
      continue;
    }
    ++aside.files;
    aside.bytes += bytes;
  }
  return aside;
}

std::size_t size_of(const UniqueFd& file) {
  struct stat status{};
  return ::fstat(file.get(), &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

}  // namespace cspy::queue
