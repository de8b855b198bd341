// Names of block devices, from this machine's /sys.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace cspy::host {

class BlockDevices {
 public:
  /// `root` is /sys/dev/block, where each device is a link named "MAJOR:MINOR" to its folder below /sys/devices.
  explicit BlockDevices(std::string root) : root_{std::move(root)} {}

  /// "/dev/sda" for a whole disk. Empty, as in cAdvisor, if the device is not known, is a partition, or is of a kind
  /// that cAdvisor ignores: loop, ram, sr and hidden paths of NVMe disks. Remembers names, but not unknown devices.
  [[nodiscard]] std::string name(std::uint32_t major, std::uint32_t minor);

  /// Looks all names up again when they are needed: a number may belong to another disk by now. A name that cannot be
  /// looked up stays. Forgets devices that were not needed since the last call.
  void look_again();

 private:
  struct Known {
    std::string name;
    bool looked_up = true;  ///< since the last look_again()
  };

  std::string root_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Known> known_;
};

}  // namespace cspy::host
