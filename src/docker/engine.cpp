#include "docker/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json_reader.hpp"

namespace cspy::docker {
namespace {

/// The newest version whose answers we know. Newer engines support it too.
constexpr ApiVersion api_known{.major = 1, .minor = 52};
/// The first version with one-shot stats.
constexpr ApiVersion api_one_shot{.major = 1, .minor = 41};

using json::Scalar;

struct Component {
  std::string name;
  std::string version;
};

struct VersionTarget {
  Engine& engine;
  std::string api_max, api_min;
  Component component;
};

bool set_component_name(VersionTarget& t, const Scalar& v) {
  return json::read(v, t.component.name);
}
bool set_component_version(VersionTarget& t, const Scalar& v) {
  return json::read(v, t.component.version);
}
bool set_version(VersionTarget& t, const Scalar& v) {
  return json::read(v, t.engine.version);
}

bool begin_component(void* target, std::string_view) {
  static_cast<VersionTarget*>(target)->component = {};
  return true;
}

bool end_component(void* target) {
  auto& [engine, api_max, api_min, component] = *static_cast<VersionTarget*>(target);
  if (component.name == "Podman Engine") engine.podman = true;
  if (component.name == "runc") engine.runc_version = component.version;
  return true;
}

constexpr std::array component_fields{
    json::field<VersionTarget, set_component_name>("Name"),
    json::field<VersionTarget, set_component_version>("Version"),
};
constexpr std::array component_elements{
    json::Node{.key = "*",
               .type = json::Type::object,
               .begin = begin_component,
               .end = end_component,
               .children = component_fields},
};
constexpr std::array version_fields{
    json::field<VersionTarget, set_version>("Version"),
    json::into<&VersionTarget::api_max, VersionTarget>("ApiVersion"),
    json::into<&VersionTarget::api_min, VersionTarget>("MinAPIVersion"),
    json::Node{.key = "Components", .type = json::Type::array, .children = component_elements},
};
constexpr auto version_schema = json::object("", version_fields);

bool set_os(Engine& engine, const Scalar& value) {
  std::string os;
  if (!json::read(value, os)) return false;
  engine.windows = os == "windows";
  return true;
}

bool set_driver(Engine& engine, const Scalar& value) {
  std::string driver;
  if (!json::read(value, driver)) return false;
  engine.cgroup_driver = driver == "systemd"    ? CgroupDriver::systemd
                         : driver == "cgroupfs" ? CgroupDriver::cgroupfs
                                                : CgroupDriver::none;
  return true;
}

bool set_cgroup_version(Engine& engine, const Scalar& value) {
  std::string version;
  if (!json::read(value, version)) return false;
  engine.cgroup_version = version == "1" ? 1 : 2;
  return true;
}

bool add_security_option(Engine& engine, const Scalar& value) {
  std::string option;
  if (!json::read(value, option)) return false;
  if (option == "name=rootless" || option.starts_with("name=rootless,")) engine.rootless = true;
  return true;
}

constexpr std::array security_options{json::field<Engine, add_security_option>("*")};
constexpr std::array info_fields{
    json::into<&Engine::name, Engine>("Name"),
    json::into<&Engine::kernel_version, Engine>("KernelVersion"),
    json::into<&Engine::memory_bytes, Engine>("MemTotal"),
    json::into<&Engine::memory_limits, Engine>("MemoryLimit"),
    json::into<&Engine::swap_limits, Engine>("SwapLimit"),
    json::into<&Engine::operating_system, Engine>("OperatingSystem"),
    json::into<&Engine::storage_driver, Engine>("Driver"),
    json::into<&Engine::data_root, Engine>("DockerRootDir"),
    json::into<&Engine::cpus, Engine>("NCPU"),
    json::into<&Engine::rootless, Engine>("Rootless"),
    json::field<Engine, set_os>("OSType"),
    json::field<Engine, set_driver>("CgroupDriver"),
    json::field<Engine, set_cgroup_version>("CgroupVersion"),
    json::Node{.key = "SecurityOptions", .type = json::Type::array, .children = security_options},
};
constexpr auto info_schema = json::object("", info_fields);

}  // namespace

std::array<unsigned, 3> release_numbers(std::string_view version) {
  std::array<unsigned, 3> numbers{};
  for (auto& number : numbers) {
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), number);
    if (error != std::errc{}) break;
    version.remove_prefix(static_cast<std::size_t>(end - version.data()));
    if (!version.starts_with('.')) break;
    version.remove_prefix(1);
  }
  return numbers;
}

std::string ApiVersion::text() const {
  return fmt::format("{}.{}", major, minor);
}

std::optional<ApiVersion> parse_api_version(std::string_view text) {
  ApiVersion version;
  const auto* const end = text.data() + text.size();
  const auto [dot, error] = std::from_chars(text.data(), end, version.major);
  if (error != std::errc{} || dot == end || *dot != '.') return std::nullopt;
  const auto [last, minor_error] = std::from_chars(dot + 1, end, version.minor);
  if (minor_error != std::errc{} || last != end) return std::nullopt;
  return version;
}

ApiVersion Engine::api() const {
  return std::max(std::min(api_max, api_known), api_min);
}

bool Engine::slow_stats() const {
  if (podman) return false;
  if (api() < api_one_shot) return true;
  const auto numbers = release_numbers(version);
  using Version = std::array<unsigned, 3>;
  if (numbers[0] == 23) return numbers < Version{23, 0, 8};
  if (numbers[0] == 24) return numbers < Version{24, 0, 7};
  return numbers < Version{25, 0, 0};
}

metrics::Platform Engine::platform() const {
  using metrics::Platform;
  if (windows) return Platform::windows;
  if (podman) return Platform::podman;
  return cgroup_version == 1 ? Platform::cgroup_v1 : Platform::cgroup_v2;
}

void apply_ping(Engine& engine, std::string_view server, std::string_view api_version) {
  engine.api_max = parse_api_version(api_version).value_or(engine.api_max);
  if (server.starts_with("Libpod/")) engine.podman = true;
  if (server.starts_with("Docker/")) {
    const auto version = server.substr(7);
    engine.version = version.substr(0, version.find(' '));
    engine.windows = version.ends_with(" (windows)");
  }
}

Result<void> apply_version(Engine& engine, std::string_view body) {
  VersionTarget target{.engine = engine, .api_max = {}, .api_min = {}, .component = {}};
  auto read = json::read_all(version_schema, &target, body);
  if (!read) return read;
  engine.api_max = parse_api_version(target.api_max).value_or(engine.api_max);
  engine.api_min = parse_api_version(target.api_min).value_or(engine.api_min);
  return {};
}

Result<void> apply_info(Engine& engine, std::string_view body) {
  auto read = json::read_all(info_schema, &engine, body);
  if (read) engine.info_known = true;
  return read;
}

}  // namespace cspy::docker
