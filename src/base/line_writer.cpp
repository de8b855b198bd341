#include "base/line_writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace cspy {
namespace {

/// A terminal that is ready takes at least one more of its buffers, which have 256 bytes.
constexpr std::size_t terminal_piece_bytes = 128;

/// Calls again what a signal has interrupted.
template<class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR)
    result = call();
  return result;
}

/// The same pipe or terminal with flags of its own. O_NOCTTY: it must not become our controlling terminal.
UniqueFd opened_again(int fd) {
  const auto path = "/proc/self/fd/" + std::to_string(fd);
  return UniqueFd{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
}

bool takes_a_piece(int fd) {
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  return uninterrupted([&] { return ::poll(&ready, 1, 0); }) == 1 && (ready.revents & POLLOUT) != 0;
}

}  // namespace

LineWriter::LineWriter(int fd) : fd_{fd} {
  struct stat info{};
  if (::fstat(fd, &info) != 0) {
    fd_ = -1;  // The number may soon be another file's.
    return;
  }
  if (S_ISSOCK(info.st_mode)) way_ = Way::send;
  if (!S_ISFIFO(info.st_mode) && !S_ISCHR(info.st_mode)) return;
  own_ = opened_again(fd);
  if (own_) {
    fd_ = own_.get();
    return;
  }
  // Another user's terminal or pipe. A process that shares the pipe can still fill it between poll() and write().
  way_ = S_ISCHR(info.st_mode) ? Way::terminal : Way::pipe;
}

bool LineWriter::write(std::string_view line) {
  rest_.erase(0, write_some(rest_));
  if (!rest_.empty()) return false;
  const auto written = write_some(line);
  if (written == 0) return false;
  rest_ = line.substr(written);
  return true;
}

/// Writes as much as the reader has room for, and returns how much that was.
std::size_t LineWriter::write_some(std::string_view text) {
  std::size_t total = 0;
  while (total < text.size()) {
    const auto written = write_once(first_piece(text.substr(total)));
    if (written <= 0) break;
    total += static_cast<std::size_t>(written);
  }
  return total;
}

/// What the file takes at once if poll() says that it is ready.
std::string_view LineWriter::first_piece(std::string_view text) const {
  switch (way_) {
    case Way::as_it_is:
    case Way::send: return text;
    case Way::pipe: return text.substr(0, PIPE_BUF);  // pipe(7)
    case Way::terminal: break;
  }
  // The kernel looks for room again before each line break, which it writes as two characters.
  const auto line_break = std::max<std::size_t>(text.find('\n'), 1);
  return text.substr(0, std::min(line_break, terminal_piece_bytes));
}

std::ptrdiff_t LineWriter::write_once(std::string_view text) const {
  return uninterrupted([&] -> std::ptrdiff_t {
    if (way_ == Way::send) return ::send(fd_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (way_ != Way::as_it_is && !takes_a_piece(fd_)) return 0;
    return ::write(fd_, text.data(), text.size());
  });
}

}  // namespace cspy
