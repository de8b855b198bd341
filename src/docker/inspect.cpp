#include "docker/inspect.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/json_reader.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "docker/cgroup.hpp"

namespace cspy::docker {
namespace {

using json::Scalar;

bool add_label(void* target, std::string_view key, const Scalar& value) {
  auto& labels = static_cast<Inspection*>(target)->labels;
  if (labels.size() >= limits::labels_max) return true;
  std::string text;
  if (!json::read(value, text)) return false;
  labels.try_emplace(repair_utf8(key, limits::label_key_bytes_max), std::move(text));
  return true;
}

bool set_health(Inspection& inspection, const Scalar& value) {
  std::string status;
  if (!json::read(value, status)) return false;
  inspection.health = parse_health(status);
  return true;
}

using I = Inspection;
constexpr std::array health_fields{json::field<I, set_health>("Status")};
constexpr std::array state_fields{
    json::into<&I::running, I>("Running"),
    json::into<&I::restarting, I>("Restarting"),
    json::into<&I::started, I>("StartedAt"),
    json::object("Health", health_fields),
};
constexpr std::array host_config_fields{
    json::into<&I::cpu_shares, I>("CpuShares"),    json::into<&I::memory_bytes, I>("Memory"),
    json::into<&I::nano_cpus, I>("NanoCpus"),      json::into<&I::cgroup_parent, I>("CgroupParent"),
    json::into<&I::cpu_period_us, I>("CpuPeriod"), json::into<&I::cpu_quota_us, I>("CpuQuota"),
};
constexpr std::array labels{json::Node{.key = "*", .store = add_label}};
constexpr std::array config_fields{json::into<&I::image, I>("Image"), json::object("Labels", labels)};
constexpr std::array inspect_fields{
    json::into<&I::id, I>("Id"),           json::into<&I::name, I>("Name"),
    json::into<&I::created, I>("Created"), json::into<&I::restart_count, I>("RestartCount"),
    json::object("State", state_fields),   json::object("HostConfig", host_config_fields),
    json::object("Config", config_fields),
};
constexpr auto inspect_schema = json::object("", inspect_fields);

std::string_view without_slash(std::string_view name) {
  return name.starts_with('/') ? name.substr(1) : name;
}

metrics::LabelSet labels_of(const Engine& engine, const Inspection& inspection) {
  std::vector<std::pair<std::string, std::string>> all;
  all.reserve(inspection.labels.size() + 4);
  all.emplace_back("id", cgroup_path(engine, inspection.id, inspection.cgroup_parent));
  all.emplace_back("image", inspection.image);
  all.emplace_back("name", without_slash(inspection.name));
  // cAdvisor's own label; it is before the container's, so that it wins over one of that name.
  if (inspection.restart_count > 0) {
    all.emplace_back(metrics::container_label_name("restartcount"), std::to_string(inspection.restart_count));
  }
  // Keys that become the same keep the first in the order of the raw keys; cAdvisor's choice is random.
  for (const auto& [key, value] : inspection.labels)
    all.emplace_back(metrics::container_label_name(key), value);
  return metrics::LabelSet{all};
}

constexpr std::uint64_t not_negative(std::int64_t value) {
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

metrics::Limits limits_of(const Engine& engine, const Inspection& inspection) {
  constexpr std::uint64_t period_default_us = 100'000;
  constexpr std::uint64_t page_bytes = 4'096;
  metrics::Limits result;
  // The kernel keeps limits in whole pages.
  if (engine.memory_limits) result.memory_bytes = not_negative(inspection.memory_bytes) / page_bytes * page_bytes;
  const auto quota = not_negative(inspection.cpu_quota_us);
  const auto period = not_negative(inspection.cpu_period_us);
  if (quota == 0 && inspection.nano_cpus > 0) {
    result.cpu_period_us = period_default_us;
    result.cpu_quota_us = not_negative(inspection.nano_cpus) / 10'000;  // of a billion per CPU to 100,000
  } else {
    result.cpu_period_us = period == 0 ? period_default_us : period;
    result.cpu_quota_us = quota;
  }
  result.cpu_shares = effective_cpu_shares(engine, not_negative(inspection.cpu_shares));
  return result;
}

}  // namespace

metrics::Health parse_health(std::string_view status) {
  if (status == "healthy") return metrics::Health::healthy;
  if (status.empty() || status == "none") return metrics::Health::none;
  return metrics::Health::not_healthy;
}

bool is_container_id(std::string_view id) {
  const auto allowed = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); };
  return !id.empty() && id.size() <= limits::container_id_bytes_max && std::ranges::all_of(id, allowed);
}

Result<Inspection> parse_inspect(std::string_view body) {
  Inspection inspection;
  if (auto read = json::read_all(inspect_schema, &inspection, body); !read)
    return std::unexpected{std::move(read).error()};
  if (!is_container_id(inspection.id)) return fail(Code::malformed, "'Id' is not a container's id");
  if (!parse_rfc3339(inspection.created)) return fail(Code::malformed, "'Created' is not a time");
  if (!parse_rfc3339(inspection.started)) return fail(Code::malformed, "'State.StartedAt' is not a time");
  return inspection;
}

std::shared_ptr<const metrics::Container> make_container(const Engine& engine, const Inspection& inspection) {
  return std::make_shared<const metrics::Container>(metrics::Container{
      .id = inspection.id,
      .name = std::string{without_slash(inspection.name)},
      .labels = labels_of(engine, inspection),
      .created = parse_rfc3339(inspection.created).value_or(0),
      .started = parse_rfc3339(inspection.started).value_or(0),
      .limits = limits_of(engine, inspection),
  });
}

}  // namespace cspy::docker
