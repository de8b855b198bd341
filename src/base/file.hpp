// Reading small files whole.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.hpp"

namespace cspy {

/// The content of the file. Errors: missing, denied, too_large (more than `bytes_max`), refused (anything else). The
/// message is the operating system's, without the path.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

}  // namespace cspy
