// Who sends: the attributes of the resource. Pure.
#pragma once

#include <string>

#include "base/key_values.hpp"

namespace cspy::otlp {

struct Identity {
  std::string host;          ///< the engine's host name
  std::string service_name;  ///< empty: that of `attributes`, else containerspy
  std::string instance_id;   ///< empty: that of `attributes`, else the host
  KeyValues attributes;      ///< the user's
};

/// The user's attributes are kept, but for service.version, which is a fact; what the user did not say is added.
[[nodiscard]] KeyValues resource_of(const Identity& identity);

}  // namespace cspy::otlp
