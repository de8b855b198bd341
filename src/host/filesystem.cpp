#include "host/filesystem.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>

#include "host/own_container.hpp"
#include "metrics/details.hpp"

namespace cspy::host {
namespace {

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
