#include "host/block_devices.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "base/file.hpp"

namespace cspy::host {
namespace {

/// More device numbers than one machine uses. An engine that reports more invents them.
constexpr std::size_t known_max = 4'096;

bool is_passed_over(const std::string& name) {
  return name.starts_with("loop") || name.starts_with("ram") || name.starts_with("sr");
}

bool is_hidden(const std::filesystem::path& link) {
  const auto flag = read_file(link / "hidden", 16);
  return flag && flag->starts_with('1');
}

}  // namespace

std::string BlockDevices::name(std::uint32_t major, std::uint32_t minor) {
  const auto key = std::pair{major, minor};
  const auto known = known_.find(key);
  if (known != known_.end() && known->second.looked_up) return known->second.name;
  const std::filesystem::path link{fmt::format("{}/{}:{}", root_, major, minor)};
  std::error_code error;
  const auto target = std::filesystem::read_symlink(link, error);
  if (error) {
    if (known == known_.end()) return {};
    if (error != std::errc::no_such_file_or_directory) return known->second.name;
    known_.erase(known);
    return {};
  }
  std::string name;
  // A whole disk is at ".../block/sda", a partition at ".../block/sda/sda1".
  const bool whole_disk = target.parent_path().filename() == "block";
  const auto base = target.filename().string();
  if (whole_disk && !is_passed_over(base) && !is_hidden(link)) name = "/dev/" + base;
  if (known != known_.end() || known_.size() < known_max) known_.insert_or_assign(key, Known{.name = name});
  return name;
}

void BlockDevices::look_again() {
  std::erase_if(known_, [](const auto& device) { return !device.second.looked_up; });
  for (auto& [number, device] : known_)
    device.looked_up = false;
}

}  // namespace cspy::host
