// Reading small files whole.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.hpp"

namespace cspy {

/// The file's bytes. Errors: missing, denied, too_large beyond `bytes_max`, refused for anything else; the message is
/// the operating system's, without the path.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

}  // namespace cspy
