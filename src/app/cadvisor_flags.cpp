#include "app/cadvisor_flags.hpp"

#include <algorithm>
#include <array>

namespace cspy::app {
namespace {

constexpr auto reported = CadvisorFlag::Subject::reported;
constexpr auto read = CadvisorFlag::Subject::read;
constexpr auto output = CadvisorFlag::Subject::output;
constexpr auto process = CadvisorFlag::Subject::process;
constexpr auto text = CadvisorFlag::Type::text;
constexpr auto boolean = CadvisorFlag::Type::boolean;

/// A flag that sets one of our settings.
constexpr CadvisorFlag sets(std::string_view name, CadvisorFlag::Subject subject, CadvisorFlag::Type type,
                            std::string_view option, CadvisorConversion convert, std::string_view note,
                            std::string_view no_effect = {}) {
  return {name, subject, type, CadvisorFlag::Fate::setting, option, convert, {}, note, no_effect};
}

constexpr CadvisorFlag not_needed(std::string_view name, CadvisorFlag::Subject subject, CadvisorFlag::Type type,
                                  std::string_view why) {
  return {name, subject, type, CadvisorFlag::Fate::not_needed, {}, nullptr, {}, why, {}};
}

constexpr CadvisorFlag not_available(std::string_view name, CadvisorFlag::Subject subject, CadvisorFlag::Type type,
                                     std::string_view default_value, std::string_view what_to_do) {
  return {name, subject, type, CadvisorFlag::Fate::not_available, {}, nullptr, default_value, what_to_do, {}};
}

constexpr std::string_view every_container{"each round reads every container"};
constexpr std::string_view of_driver{"a parameter of a storage driver; see -storage_driver"};
constexpr std::string_view of_log{"log_level and log_format set up the log, which goes to standard error"};
constexpr std::string_view small{"ContainerSpy has one thread, and the series of its own container show what it uses"};
constexpr std::string_view nothing_kept{
    "ContainerSpy keeps nothing after delivery; queue_limit, queue_age and queue_dir bound the rounds that wait"};
constexpr std::string_view applications{
    "ContainerSpy does not collect metrics of the applications in containers; let Prometheus scrape them"};
constexpr std::string_view engine_knows{"Docker's API reports what containerd has, also with Docker 29's image store"};
constexpr std::string_view prefixes{"each prefix becomes a glob with a star at its end"};
constexpr std::string_view only_with_tls{"without '-docker-tls'"};

// clang-format off
// Columns: name, subject, type; then the setting, its conversion and notes, or cAdvisor's default and a note.
constexpr std::array table{
  sets("disable_metrics", reported, text, "metrics", cadvisor::metric_list,
       "the groups of the kinds that are left. As in cAdvisor, the list replaces the default: kinds that it does not name are on, also tcp or sched"),
  sets("enable_metrics", reported, text, "metrics", cadvisor::metric_list,
       "the groups of these kinds, and those that cAdvisor always has; it wins over -disable_metrics"),
  sets("store_container_labels", reported, boolean, "container_labels", cadvisor::label_list, "false is none"),
  sets("whitelisted_container_labels", reported, text, "container_labels", cadvisor::label_whitelist,
       "the same list. As in cAdvisor, it needs -store_container_labels=false", "without '-store_container_labels=false', as in cAdvisor"),
  sets("env_metadata_whitelist", reported, text, "container_env", cadvisor::variable_list, prefixes),
  sets("docker_env_metadata_whitelist", reported, text, "container_env", cadvisor::variable_list, prefixes),
  not_needed("containerd_env_metadata_whitelist", reported, text, "it is about containerd without Docker"),
  sets("docker_only", reported, boolean, "cgroup_all", cadvisor::all_cgroups,
       "-docker_only=false is true and needs the cgroup tree. Without the flag, only containers and id=/ are reported"),
  not_available("disable_root_cgroup_stats", reported, boolean, "false",
                "with the cgroup tree, id=/ is always reported; drop it where you scrape or receive it, or set cgroup_root to none"),
  not_available("raw_cgroup_prefix_whitelist", reported, text, "",
                "set cgroup_all to true, and keep the wanted prefixes of id where you scrape or receive them"),
  not_available("enable_load_reader", reported, boolean, "false",
                "container_cpu_load_average_10s and container_tasks_state are 0, as in cAdvisor without the flag; use the group pressure"),
  not_available("perf_events_config", reported, text, "", "ContainerSpy does not read perf events; remove the flag"),
  not_available("resctrl_interval", reported, text, "0", "ContainerSpy does not read resctrl; remove the flag"),
  not_available("referenced_reset_interval", reported, text, "0",
                "counting container_referenced_bytes slows containers down; use container_memory_working_set_bytes"),
  not_needed("application_metrics_count_limit", reported, text, applications),
  not_available("collector_cert", reported, text, "", applications),
  not_available("collector_key", reported, text, "", applications),
  not_available("container_hints", reported, text, "/etc/cadvisor/container_hints.json",
                "the file describes cgroups that no engine manages; set cgroup_all to true to report them without hints"),

  sets("docker", read, text, "docker_socket", cadvisor::docker_address, "the same address"),
  sets("docker-tls", read, boolean, "docker_certificate", cadvisor::tls_authorities, "switches the three files below on"),
  sets("docker-tls-ca", read, text, "docker_certificate", cadvisor::tls_authorities, "with -docker-tls", only_with_tls),
  sets("docker-tls-cert", read, text, "docker_client_certificate", cadvisor::tls_certificate, "with -docker-tls", only_with_tls),
  sets("docker-tls-key", read, text, "docker_client_key", cadvisor::tls_key, "with -docker-tls", only_with_tls),
  sets("podman", read, text, "docker_socket", cadvisor::podman_address, "the same address, unless -docker is given too",
       "beside '-docker': run one ContainerSpy for each engine"),
  not_needed("docker_root", read, text, "the engine reports its data directory"),
  not_needed("containerd", read, text, engine_knows),
  not_needed("containerd-namespace", read, text, engine_knows),
  not_needed("crio_client_timeout", read, text, "ContainerSpy reads Docker and Podman, not CRI-O"),
  not_available("mesos_agent", read, text, "127.0.0.1:5051", "ContainerSpy reads Docker and Podman; remove the flag"),
  not_needed("mesos_agent_timeout", read, text, "see -mesos_agent"),
  sets("housekeeping_interval", read, text, "otlp_export_interval", cadvisor::interval,
       "each round reads every container once and sends the result"),
  not_needed("allow_dynamic_housekeeping", read, boolean, every_container),
  not_needed("max_housekeeping_interval", read, text, every_container),
  not_needed("initial_splay_factor", read, text, every_container),
  not_needed("jitter_factor", read, text, every_container),
  not_needed("global_housekeeping_interval", read, text, "the engine's events report starts and ends"),
  not_needed("update_machine_info_interval", read, text, "ContainerSpy looks every five minutes, as cAdvisor does by default"),
  sets("machine_id_file", read, text, "machine_id_file", cadvisor::machine_id_files, "the same list"),
  sets("boot_id_file", read, text, "boot_id_file", cadvisor::boot_id_files, "the same list"),

  sets("port", output, text, "listen", cadvisor::listen_address, "the port of the address"),
  sets("listen_ip", output, text, "listen", cadvisor::listen_address, "the address; the port is 8080 without -port"),
  sets("prometheus_endpoint", output, text, "metrics_path", cadvisor::metrics_path, "the same path"),
  sets("url_base_prefix", output, text, "path_prefix", cadvisor::path_prefix, "the same prefix"),
  sets("http_auth_file", output, text, "listen_users", cadvisor::users_file, "the same file; passwords must be hashed with bcrypt ('htpasswd -B')"),
  not_needed("http_auth_realm", output, text, "the realm is only a text in the browser's question"),
  not_available("http_digest_file", output, text, "", "make a file for -http_auth_file with 'htpasswd -B'"),
  not_needed("http_digest_realm", output, text, "see -http_digest_file"),
  not_available("storage_driver", output, text, "", "set otlp_endpoint: an OpenTelemetry Collector writes to most databases"),
  not_needed("storage_driver_buffer_duration", output, text, of_driver),
  not_needed("storage_driver_db", output, text, of_driver),
  not_needed("storage_driver_host", output, text, of_driver),
  not_needed("storage_driver_password", output, text, of_driver),
  not_needed("storage_driver_secure", output, boolean, of_driver),
  not_needed("storage_driver_table", output, text, of_driver),
  not_needed("storage_driver_user", output, text, of_driver),
  not_needed("storage_driver_es_enable_sniffer", output, boolean, of_driver),
  not_needed("storage_driver_es_host", output, text, of_driver),
  not_needed("storage_driver_es_index", output, text, of_driver),
  not_needed("storage_driver_es_type", output, text, of_driver),
  not_needed("storage_driver_influxdb_retention_policy", output, text, of_driver),
  not_needed("storage_driver_kafka_broker_list", output, text, of_driver),
  not_needed("storage_driver_kafka_ssl_ca", output, text, of_driver),
  not_needed("storage_driver_kafka_ssl_cert", output, text, of_driver),
  not_needed("storage_driver_kafka_ssl_key", output, text, of_driver),
  not_needed("storage_driver_kafka_ssl_verify", output, boolean, of_driver),
  not_needed("storage_driver_kafka_topic", output, text, of_driver),
  not_needed("bq_account", output, text, of_driver),
  not_needed("bq_credentials_file", output, text, of_driver),
  not_needed("bq_id", output, text, of_driver),
  not_needed("bq_project_id", output, text, of_driver),
  not_needed("bq_secret", output, text, of_driver),
  not_needed("storage_duration", output, text, nothing_kept),
  not_needed("event_storage_age_limit", output, text, nothing_kept),
  not_needed("event_storage_event_limit", output, text, nothing_kept),

  not_needed("max_procs", process, text, small),
  not_needed("profiling", process, boolean, small),
  not_needed("log_cadvisor_usage", process, boolean, small),
  not_needed("logtostderr", process, boolean, of_log),
  not_needed("alsologtostderr", process, boolean, of_log),
  not_needed("stderrthreshold", process, text, of_log),
  not_needed("v", process, text, of_log),
  not_needed("vmodule", process, text, of_log),
  not_needed("log_backtrace_at", process, text, of_log),
  not_needed("log_dir", process, text, of_log),
  not_needed("log_file", process, text, of_log),
  not_needed("log_file_max_size", process, text, of_log),
  not_needed("add_dir_header", process, boolean, of_log),
  not_needed("one_output", process, boolean, of_log),
  not_needed("skip_headers", process, boolean, of_log),
  not_needed("skip_log_headers", process, boolean, of_log),
};
// clang-format on

static_assert(std::ranges::is_sorted(table, {}, &CadvisorFlag::subject));

}  // namespace

std::span<const CadvisorFlag> cadvisor_flags() {
  return table;
}

const CadvisorFlag* find_cadvisor_flag(std::string_view name) {
  const auto* const found = std::ranges::find(table, name, &CadvisorFlag::name);
  return found == table.end() ? nullptr : found;
}

}  // namespace cspy::app
