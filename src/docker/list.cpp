#include "docker/list.hpp"

#include <array>
#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "docker/inspect.hpp"

namespace cspy::docker {
namespace {

using Target = ListReader::Target;

constexpr std::size_t names_max = 16;  // Legacy links add names; the container's own is among the first.

template<auto member>
bool set(Target& target, const json::Scalar& value) {
  return json::read(value, target.entry.*member);
}

bool add_name(Target& target, const json::Scalar& value) {
  std::string name;
  if (!json::read(value, name)) return false;
  if (target.entry.names.size() < names_max) target.entry.names.push_back(std::move(name));
  return true;
}

/// The name without a second slash. Names with one are aliases from links ("/other/alias").
std::string own_name(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (name.starts_with('/') && name.find('/', 1) == std::string::npos) return name.substr(1);
  }
  return {};
}

/// Engines before API 1.52 report the health only at the end of a text: "Up 5 minutes (healthy)".
std::string health_of(const ListReader::Entry& entry) {
  if (!entry.health.empty()) return entry.health == "none" ? std::string{} : entry.health;
  for (const std::string_view health : {"(healthy)", "(unhealthy)", "(health: starting)"}) {
    if (!entry.status.ends_with(health)) continue;
    const bool starting = health.starts_with("(health:");
    return starting ? "starting" : std::string{health.substr(1, health.size() - 2)};
  }
  return {};
}

bool add_label(void* target, std::string_view key, const json::Scalar& value) {
  auto& [which, filter, entry, listed] = *static_cast<Target*>(target);
  std::string text;
  if (filter.wants(key) && json::read(value, text)) entry.labels.insert_or_assign(std::string{key}, std::move(text));
  return true;
}

/// If the image's tag has moved to another image, Docker lists the id of the image instead of the configured name.
std::optional<std::string> configured_image(std::string image) {
  if (image.empty() || image.starts_with("sha256:")) return std::nullopt;
  return image;
}

bool begin_container(void* target, std::string_view) {
  static_cast<Target*>(target)->entry = {};
  return true;
}

bool end_container(void* target) {
  auto& [which, filter, entry, listed] = *static_cast<Target*>(target);
  const bool runs = entry.state == "running" || entry.state == "paused";
  if ((!runs && which == Which::running) || !is_container_id(entry.id)) return true;
  if (listed.size() >= limits::containers_max) return true;
  auto name = own_name(entry.names);
  const auto watched = filter.judge({.name = name.empty() ? std::nullopt : std::optional{name},
                                     .image = configured_image(std::move(entry.image)),
                                     .labels = std::move(entry.labels)});
  listed.push_back({.id = std::move(entry.id),
                    .name = std::move(name),
                    .health = health_of(entry),
                    .runs = runs,
                    .watched = watched});
  return true;
}

constexpr std::array names{json::field<Target, add_name>("*")};
constexpr std::array health_fields{json::field<Target, set<&ListReader::Entry::health>>("Status")};
constexpr std::array labels{json::Node{.key = "*", .store = add_label}};
constexpr std::array container_fields{
    json::field<Target, set<&ListReader::Entry::id>>("Id"),
    json::Node{.key = "Names", .type = json::Type::array, .children = names},
    json::field<Target, set<&ListReader::Entry::image>>("Image"),
    json::object("Labels", labels),
    json::field<Target, set<&ListReader::Entry::state>>("State"),
    json::field<Target, set<&ListReader::Entry::status>>("Status"),
    json::object("Health", health_fields),
};
constexpr std::array containers{
    json::Node{.key = "*",
               .type = json::Type::object,
               .begin = begin_container,
               .end = end_container,
               .children = container_fields},
};
constexpr json::Node list_schema{.key = "", .type = json::Type::array, .children = containers};

}  // namespace

ListReader::ListReader(Which which, ContainerFilter filter)
    : target_{.which = which, .filter = std::move(filter), .entry = {}, .listed = {}},
      reader_{list_schema, &target_, limits::label_value_bytes_max} {}

Result<std::vector<Listed>> ListReader::finish() {
  if (auto ended = reader_.finish(); !ended) return std::unexpected{std::move(ended).error()};
  return std::move(target_.listed);
}

}  // namespace cspy::docker
