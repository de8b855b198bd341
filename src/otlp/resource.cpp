#include "otlp/resource.hpp"

#include <algorithm>
#include <string_view>

#include "base/version.hpp"

namespace cspy::otlp {
namespace {

/// The first that is not empty: its own option, the attribute of the user, the default.
std::string first_of(const std::string& own, const KeyValues& attributes, std::string_view key,
                     const std::string& other) {
  if (!own.empty()) return own;
  const auto found = std::ranges::find(attributes, key, &KeyValues::value_type::first);
  return found != attributes.end() && !found->second.empty() ? found->second : other;
}

}  // namespace

KeyValues resource_of(const Identity& identity) {
  const auto& given = identity.attributes;
  KeyValues resource{
      {"service.name", first_of(identity.service_name, given, "service.name", "containerspy")},
      {"service.version", std::string{version()}},
      {"service.instance.id", first_of(identity.instance_id, given, "service.instance.id", identity.host)},
      {"host.name", first_of({}, given, "host.name", identity.host)}};
  for (const auto& [key, value] : given) {
    if (std::ranges::find(resource, key, &KeyValues::value_type::first) == resource.end())
      resource.emplace_back(key, value);
  }
  return resource;
}

}  // namespace cspy::otlp
