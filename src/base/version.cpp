#include "base/version.hpp"

namespace cspy {

std::string_view version() {
  return CSPY_VERSION;
}

}  // namespace cspy
