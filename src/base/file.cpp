#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/unique_fd.hpp"

namespace cspy {
namespace {

std::unexpected<Error> failure(int number) {
  const auto code = number == ENOENT                      ? Code::missing
                    : number == EACCES || number == EPERM ? Code::denied
                                                          : Code::refused;
  return fail(code, std::generic_category().message(number));
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  FileAccess ignored;
  return read_file(path, bytes_max, ignored);
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max, FileAccess& access) {
  // O_NONBLOCK: opening a named pipe must not block the start.
  const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat info{};
  if (!file || ::fstat(file.get(), &info) != 0) return failure(errno);
  access = {.owner = info.st_uid, .mode = info.st_mode & 07777U};
  std::string content;
  std::array<char, 4'096> part{};
  for (;;) {
    const auto count = ::read(file.get(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(errno);
    if (count == 0) return content;
    content.append(std::string_view{part.data(), static_cast<std::size_t>(count)});
    if (content.size() > bytes_max) return fail(Code::too_large, "larger than " + std::to_string(bytes_max) + " bytes");
  }
}

}  // namespace cspy
