#include "base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace cspy {
namespace {

std::unexpected<Error> failure(int number) {
  const auto code = number == ENOENT                      ? Code::missing
                    : number == EACCES || number == EPERM ? Code::denied
                                                          : Code::refused;
  return fail(code, std::generic_category().message(number));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  // Not blocking: a named pipe in the file's place must not hang the start.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.get() < 0) return failure(errno);
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
