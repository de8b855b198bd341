// The program's version, told by --version, in the User-Agent and in the resource's attributes.
#pragma once

#include <string_view>

namespace cspy {

/// "0.2.0", from CMakeLists.txt.
[[nodiscard]] std::string_view version();

}  // namespace cspy
