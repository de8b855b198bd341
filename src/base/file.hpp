// Reading small files whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace cspy {

/// Who may change a file.
struct FileAccess {
  std::uint32_t owner = 0;
  std::uint32_t mode = 0;  ///< permission bits
};

/// The content of the file. Errors: missing, denied, too_large (more than `bytes_max`), refused (anything else). The
/// message is the operating system's, without the path.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max);
/// The same. If it succeeds, `access` is that of the file that was read.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max, FileAccess& access);

}  // namespace cspy
