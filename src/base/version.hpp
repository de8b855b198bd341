// The version of the program: for --version, the User-Agent and the resource attributes.
#pragma once

#include <string_view>

namespace cspy {

/// "0.2.0", from CMakeLists.txt.
[[nodiscard]] std::string_view version();

}  // namespace cspy
