// The attributes of the resource: the identity of the sender. Pure.
#pragma once

#include <string>

#include "base/key_values.hpp"

namespace cspy::otlp {

struct Identity {
  std::string host;          ///< the engine's host name
  std::string service_name;  ///< empty: the value in `attributes`, or containerspy
  std::string instance_id;   ///< empty: the value in `attributes`, or the host
  KeyValues attributes;      ///< the user's
};

/// The attributes of the user, plus the default attributes. service.version is always the version of the program.
[[nodiscard]] KeyValues resource_of(const Identity& identity);

}  // namespace cspy::otlp
