#include "host/proc_tasks.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "host/words.hpp"
#include "metrics/container.hpp"

namespace cspy::host {
namespace {

/// Whether a list such as "cpu,cpuacct" contains `controller`.
bool has_controller(std::string_view controllers, std::string_view controller) {
  while (!controllers.empty()) {
    const auto end = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, end) == controller) return true;
    controllers.remove_prefix(std::min(end + 1, controllers.size()));
  }
  return false;
}

bool was_refused() {
  return errno == EACCES || errno == EPERM;
}

bool is_socket(std::string_view target) {
  return target.starts_with("socket");
}

struct DirectoryCloser {
  void operator()(DIR* stream) const { ::closedir(stream); }
};
using DirectoryStream = std::unique_ptr<DIR, DirectoryCloser>;

/// Null if it cannot be opened; errno has the reason.
DirectoryStream open_descriptors(const Directory& process) {
  const int fd = ::openat(process.get(), "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  DirectoryStream stream{::fdopendir(fd)};
  if (!stream) ::close(fd);
  return stream;
}

}  // namespace

std::optional<std::string_view> cgroup_path(std::string_view cgroup) {
  std::optional<std::string_view> memory, accounting, unified;
  for_each_line(cgroup, [&](std::string_view line) {
    // "4:memory:/docker/0123", "0::/docker/0123". A path may contain colons.
    const auto first = line.find(':');
    const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) return;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const auto path = line.substr(second + 1);
    if (!path.starts_with('/')) return;
    if (has_controller(controllers, "memory")) memory = path;
    if (has_controller(controllers, "cpuacct")) accounting = path;
    if (controllers.empty() && line.starts_with("0:")) unified = path;
  });
  return memory ? memory : accounting ? accounting : unified;
}

Count open_files_soft(std::string_view limits) {
  constexpr std::string_view title{"Max open files "};
  Count soft;
  for_each_line(limits, [&](std::string_view line) {
    if (!line.starts_with(title)) return;
    const auto word = Words{line.substr(title.size())}.next();
    if (word == "unlimited") soft = metrics::unlimited_files;
    if (const auto number = to_number(word)) soft = *number;
  });
  return soft;
}

SchedCounters& SchedCounters::operator+=(const SchedCounters& other) {
  run_ns += other.run_ns;
  runqueue_ns += other.runqueue_ns;
  periods += other.periods;
  return *this;
}

std::optional<SchedCounters> parse_schedstat(std::string_view schedstat) {
  Words words{trimmed(schedstat)};
  const auto run = to_number(words.next());
  const auto runqueue = to_number(words.next());
  const auto periods = to_number(words.next());
  if (!run || !runqueue || !periods) return std::nullopt;
  return SchedCounters{.run_ns = *run, .runqueue_ns = *runqueue, .periods = *periods};
}

void Descriptors::add(const Directory& process) {
  if (!files) return;
  const auto stream = open_descriptors(process);
  if (!stream) {
    if (was_refused()) files = sockets = std::nullopt;
    return;
  }
  const int directory = ::dirfd(stream.get());
  if (directory < 0) return;
  while (const auto* const entry = ::readdir(stream.get())) {
    if (entry->d_name[0] == '.') continue;
    if (*files >= limits::descriptors_max) {
      files = sockets = std::nullopt;
      return;
    }
    files = *files + 1;
    if (!sockets) continue;
    std::array<char, 16> target{};
    const auto size = ::readlinkat(directory, entry->d_name, target.data(), target.size());
    if (size < 0 && was_refused()) sockets = std::nullopt;
    if (size > 0 && is_socket({target.data(), static_cast<std::size_t>(size)})) sockets = *sockets + 1;
  }
}

}  // namespace cspy::host
