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

/// The schema fills it in. The rules select the labels and variables.
struct Answer : Inspection {
  const LabelRules* rules = nullptr;
  const ContainerFilter* filter = nullptr;
  std::map<std::string, std::string, std::less<>> filter_labels;
};
/// `target` is the Inspection of an Answer.
Answer& answer_of(void* target) {
  return static_cast<Answer&>(*static_cast<Inspection*>(target));
}

bool add_label(void* target, std::string_view key, const Scalar& value) {
  auto& answer = answer_of(target);
  auto& labels = answer.labels;
  if (std::string wanted; answer.filter->wants(key) && json::read(value, wanted))
    answer.filter_labels.insert_or_assign(std::string{key}, std::move(wanted));
  if (labels.size() >= limits::labels_max || !answer.rules->take_label(key)) return true;
  std::string text;
  if (!json::read(value, text)) return false;
  labels.try_emplace(repair_utf8(key, limits::label_key_bytes_max), std::move(text));
  return true;
}

bool begin_environment(void* target, std::string_view) {
  return answer_of(target).rules->any_variable();
}

/// "NAME=VALUE". If a name comes twice, the last counts, as in cAdvisor.
bool add_variable(void* target, std::string_view, const Scalar& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return false;
  auto& answer = answer_of(target);
  const auto equals = text->find('=');
  if (equals > limits::label_key_bytes_max) return true;  // also if it is npos
  const auto name = text->substr(0, equals);
  if (answer.variables.size() >= limits::labels_max || !answer.rules->take_variable(name)) return true;
  answer.variables.insert_or_assign(std::string{name},
                                    repair_utf8(text->substr(equals + 1), limits::label_value_bytes_max));
  return true;
}

bool set_health(Inspection& inspection, const Scalar& value) {
  std::string status;
  if (!json::read(value, status)) return false;
  inspection.health = parse_health(status);
  return true;
}

using I = Inspection;

bool set_ulimit_name(I& inspection, const Scalar& value) {
  return json::read(value, inspection.ulimit.name);
}
bool set_ulimit_soft(I& inspection, const Scalar& value) {
  return json::read(value, inspection.ulimit.soft);
}
bool begin_ulimit(void* target, std::string_view) {
  static_cast<I*>(target)->ulimit = {};
  return true;
}
bool end_ulimit(void* target) {
  auto& inspection = *static_cast<I*>(target);
  if (inspection.ulimit.name == "nofile") inspection.open_files_soft = inspection.ulimit.soft;
  return true;
}

constexpr std::array ulimit_fields{json::field<I, set_ulimit_name>("Name"), json::field<I, set_ulimit_soft>("Soft")};
constexpr std::array ulimits{json::Node{
    .key = "*", .type = json::Type::object, .begin = begin_ulimit, .end = end_ulimit, .children = ulimit_fields}};
constexpr std::array health_fields{json::field<I, set_health>("Status"),
                                   json::into<&I::failing_streak, I>("FailingStreak")};
constexpr std::array state_fields{
    json::into<&I::running, I>("Running"),      json::into<&I::restarting, I>("Restarting"),
    json::into<&I::started, I>("StartedAt"),    json::into<&I::state, I>("Status"),
    json::into<&I::oom_killed, I>("OOMKilled"), json::into<&I::exit_code, I>("ExitCode"),
    json::into<&I::finished, I>("FinishedAt"),  json::into<&I::pid, I>("Pid"),
    json::object("Health", health_fields),
};
constexpr std::array host_config_fields{
    json::into<&I::cpu_shares, I>("CpuShares"),
    json::into<&I::memory_bytes, I>("Memory"),
    json::into<&I::nano_cpus, I>("NanoCpus"),
    json::into<&I::cgroup_parent, I>("CgroupParent"),
    json::into<&I::cpu_period_us, I>("CpuPeriod"),
    json::into<&I::cpu_quota_us, I>("CpuQuota"),
    json::into<&I::memory_swap_bytes, I>("MemorySwap"),
    json::into<&I::memory_reservation_bytes, I>("MemoryReservation"),
    json::into<&I::network_mode, I>("NetworkMode"),
    json::Node{.key = "Ulimits", .type = json::Type::array, .children = ulimits},
};
constexpr std::array labels{json::Node{.key = "*", .store = add_label}};
constexpr std::array environment{json::Node{.key = "*", .store = add_variable}};
constexpr std::array config_fields{
    json::into<&I::image, I>("Image"),
    json::object("Labels", labels),
    json::Node{.key = "Env", .type = json::Type::array, .begin = begin_environment, .children = environment},
};
constexpr std::array manifest_fields{json::into<&I::image_digest, I>("digest")};
constexpr std::array inspect_fields{
    json::into<&I::image_id, I>("Image"),  json::object("ImageManifestDescriptor", manifest_fields),
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
  all.reserve(inspection.labels.size() + inspection.variables.size() + 4);
  all.emplace_back("id", cgroup_path(engine, inspection.id, inspection.cgroup_parent));
  all.emplace_back("image", inspection.image);
  all.emplace_back("name", without_slash(inspection.name));
  // cAdvisor's own label. It comes before the container's labels, so it wins over one with the same name.
  if (inspection.restart_count > 0 && inspection.restarts_as_label) {
    all.emplace_back(metrics::container_label_name("restartcount"), std::to_string(inspection.restart_count));
  }
  // If two keys become the same name, the first in the order of the raw keys stays. cAdvisor chooses at random.
  for (const auto& [key, value] : inspection.labels)
    all.emplace_back(metrics::container_label_name(key), value);
  for (const auto& [name, value] : inspection.variables)
    all.emplace_back(metrics::container_env_name(name), value);
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
  const auto in_pages = [](std::int64_t bytes) { return not_negative(bytes) / page_bytes * page_bytes; };
  if (engine.memory_limits && !engine.windows) {
    result.memory_bytes = in_pages(inspection.memory_bytes);
    // Docker's number is memory and swap together, -1 for no limit. cgroup v2 has swap alone.
    const auto both = engine.swap_limits ? in_pages(inspection.memory_swap_bytes) : 0;
    const auto memory = *result.memory_bytes;
    result.memory_swap_bytes = engine.cgroup_version == 1 ? both : both - std::min(both, memory);
    // On v2 the reservation becomes memory.low, but cAdvisor reads memory.min.
    result.memory_reservation_bytes = engine.cgroup_version == 1 ? in_pages(inspection.memory_reservation_bytes) : 0;
  }
  if (inspection.open_files_soft) {
    result.open_files_soft =
        *inspection.open_files_soft < 0 ? metrics::unlimited_files : not_negative(*inspection.open_files_soft);
  }
  if (engine.windows) return result;
  const auto quota = not_negative(inspection.cpu_quota_us);
  const auto period = not_negative(inspection.cpu_period_us);
  if (quota == 0 && inspection.nano_cpus > 0) {
    result.cpu_period_us = period_default_us;
    result.cpu_quota_us = not_negative(inspection.nano_cpus) / 10'000;  // from a billion per CPU to 100,000
  } else {
    result.cpu_period_us = period == 0 ? period_default_us : period;
    result.cpu_quota_us = quota;
  }
  result.cpu_shares = effective_cpu_shares(engine, not_negative(inspection.cpu_shares));
  return result;
}

metrics::State state_of(std::string_view text) {
  using enum metrics::State;
  struct Named {
    std::string_view name;
    metrics::State state;
  };
  static constexpr std::array states{
      Named{"created", created},
      Named{"running", running},
      Named{"paused", paused},
      Named{"restarting", restarting},
      Named{"removing", removing},
      Named{"exited", exited},
      Named{"dead", dead},
      // Podman's name.
      Named{"configured", created},
      Named{"stopped", exited},
      Named{"stopping", running},
  };
  const auto* const found = std::ranges::find(states, text, &Named::name);
  return found == states.end() ? unknown : found->state;
}

metrics::Lifecycle lifecycle_of(const Inspection& inspection) {
  metrics::Lifecycle result;
  result.state = state_of(inspection.state);
  result.oom_killed = inspection.oom_killed;
  result.restart_count = inspection.restart_count;
  if (!inspection.running) result.exit_code = not_negative(inspection.exit_code);
  result.finished = parse_rfc3339(inspection.finished).value_or(0);
  if (inspection.health != metrics::Health::none) result.failing_streak = inspection.failing_streak;
  result.image_id = inspection.image_id;
  result.image_digest = inspection.image_digest;
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

Result<Inspection> parse_inspect(std::string_view body, const LabelRules& rules, const ContainerFilter& filter) {
  Answer answer;
  answer.rules = &rules;
  answer.filter = &filter;
  Inspection& inspection = answer;
  if (auto read = json::read_all(inspect_schema, &inspection, body); !read)
    return std::unexpected{std::move(read).error()};
  if (!is_container_id(inspection.id)) return fail(Code::malformed, "'Id' is not a container's id");
  if (!parse_rfc3339(inspection.created)) return fail(Code::malformed, "'Created' is not a time");
  if (!parse_rfc3339(inspection.started)) return fail(Code::malformed, "'State.StartedAt' is not a time");
  inspection.restarts_as_label = rules.take_label("restartcount");
  inspection.watched = filter.judge({.name = std::string{without_slash(inspection.name)},
                                     .image = inspection.image,
                                     .labels = std::move(answer.filter_labels)});
  return std::move(inspection);
}

metrics::Container make_container(const Engine& engine, const Inspection& inspection) {
  const bool runs = inspection.running && !inspection.restarting;
  return {
      .id = inspection.id,
      .name = std::string{without_slash(inspection.name)},
      .labels = labels_of(engine, inspection),
      .created = parse_rfc3339(inspection.created).value_or(0),
      .started = parse_rfc3339(inspection.started).value_or(0),
      .limits = limits_of(engine, inspection),
      .subject = runs ? metrics::Subject::container : metrics::Subject::stopped,
      .windows = engine.windows,
      .shares_network = inspection.network_mode == "host" || inspection.network_mode.starts_with("container:"),
      .pid = inspection.pid,
      .lifecycle = lifecycle_of(inspection),
  };
}

}  // namespace cspy::docker
