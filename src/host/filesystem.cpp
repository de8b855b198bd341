#include "host/filesystem.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "host/words.hpp"
#include "metrics/details.hpp"

namespace cspy::host {
namespace {

/// The longest Linux path with each byte escaped.
constexpr std::size_t part_bytes_max = 4 * 4'096;

constexpr bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

/// "/a\040b" as "/a b": the kernel writes blanks, line breaks and backslashes as three octal digits.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && text.size() - i > 3 && text[i + 1] <= '3' &&
                        std::ranges::all_of(text.substr(i + 1, 3), is_octal);
    if (!escape) {
      plain.push_back(text[i]);
      continue;
    }
    const auto digits = to_number<unsigned>(text.substr(i + 1, 3), 8);
    plain.push_back(static_cast<char>(digits.value_or(0)));
    i += 3;
  }
  return plain;
}

/// Whether `path` is `directory` or below it.
bool is_within(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.starts_with('/');
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string_view take_last_part(std::string_view& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  const auto part = path.substr(slash + 1);
  path = path.substr(0, slash);
  return part;
}

bool is_container_id(std::string_view text) {
  constexpr std::size_t digits = 64;
  return text.size() == digits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_directory(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

template<class Search>
std::optional<Mount> search(KernelFiles& files, const Directory& proc, const char* name, Search search) {
  files.each_line(proc, name, [&](std::string_view line) {
    search.line(line);
    return true;
  });
  return search.found();
}

}  // namespace

std::optional<Mount> parse_mount(std::string_view line) {
  // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw; any number of fields may stand between the options
  // and the dash.
  constexpr std::size_t options = 5;
  constexpr std::string_view dash{" - "};
  const auto middle = line.find(dash);
  if (middle == std::string_view::npos) return std::nullopt;
  const auto left = split(line.substr(0, middle), ' ');
  const auto right = split(line.substr(middle + dash.size()), ' ');
  if (left.size() <= options || right.size() < 2) return std::nullopt;
  const auto colon = std::min(left[2].find(':'), left[2].size());
  const auto major = to_number<std::uint32_t>(left[2].substr(0, colon));
  const auto minor = to_number<std::uint32_t>(left[2].substr(std::min(colon + 1, left[2].size())));
  const std::array parts{left[3], left[4], right[0], right[1]};
  if (!major || !minor || !left[4].starts_with('/')) return std::nullopt;
  if (std::ranges::any_of(parts, [](std::string_view part) { return part.size() > part_bytes_max; })) {
    return std::nullopt;
  }
  return Mount{.major = *major,
               .minor = *minor,
               .root = unescaped(left[3]),
               .point = unescaped(left[4]),
               .type = std::string{right[0]},
               .source = unescaped(right[1])};
}

std::string Mount::device() const {
  if (type == "overlay") return fmt::format("overlay_{}-{}", major, minor);
  return repair_utf8(type == "tmpfs" ? point : source, limits::label_value_bytes_max);
}

void MountAbove::line(std::string_view line) {
  auto mount = parse_mount(line);
  if (!mount || !is_within(path_, mount->point)) return;
  if (!found_ || mount->point.size() >= found_->point.size()) found_ = std::move(mount);
}

void EngineFileMount::line(std::string_view line) {
  static constexpr std::array<std::string_view, 3> names{"hostname", "hosts", "resolv.conf"};
  if (found_ || data_root_.empty()) return;
  auto mount = parse_mount(line);
  if (!mount) return;
  std::string_view folder{mount->root};
  const auto name = take_last_part(folder);
  const auto id = take_last_part(folder);
  const auto containers = take_last_part(folder);
  if (std::ranges::find(names, name) == names.end() || !is_container_id(id) || containers != "containers") return;
  // The remaining path is the engine's folder inside its filesystem. It is shorter if the filesystem is mounted at or
  // above that folder. It is longer if only a part of the filesystem (a subvolume) is mounted.
  if (data_root_.ends_with(folder) || folder.ends_with(data_root_)) found_ = std::move(mount);
}

std::optional<EngineFilesystem> find_engine_filesystem(KernelFiles& files, const Directory& own_proc,
                                                       const Directory* host_proc, const std::string& data_root) {
  if (data_root.empty()) return std::nullopt;
  if (is_directory(data_root)) {
    auto mount = search(files, own_proc, "self/mountinfo", MountAbove{data_root});
    // An image may contain that folder too, but then it is in the layers of our own container.
    if (mount && mount->type != "overlay") {
      return EngineFilesystem{.mount = *std::move(mount), .visible_at = data_root};
    }
  }
  if (auto mount = search(files, own_proc, "self/mountinfo", EngineFileMount{data_root})) {
    auto point = mount->point;
    return EngineFilesystem{.mount = *std::move(mount), .visible_at = std::move(point)};
  }
  if (host_proc == nullptr) return std::nullopt;
  auto mount = search(files, *host_proc, "1/mountinfo", MountAbove{data_root});
  if (!mount) return std::nullopt;
  return EngineFilesystem{.mount = *std::move(mount), .visible_at = {}};
}

std::optional<Space> space_of(const std::string& path) {
  struct statvfs space{};
  if (path.empty() || ::statvfs(path.c_str(), &space) != 0) return std::nullopt;
  return Space{.total_bytes = std::uint64_t{space.f_frsize} * space.f_blocks,
               .inodes = space.f_files,
               .inodes_free = space.f_ffree};
}

void add_filesystem(metrics::Sample& sample, std::string_view device, const std::optional<Space>& space) {
  if (space) metrics::add_detail(sample, metrics::Tail::fs_limit_bytes, {device}, space->total_bytes);
  metrics::add_detail(sample, metrics::Tail::fs_inodes_free, {device}, 0);
}

}  // namespace cspy::host
