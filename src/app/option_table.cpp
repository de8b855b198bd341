#include "app/option_table.hpp"

#include <array>

#include "app/option_values.hpp"

namespace cspy::app {
namespace {

using Own = EnvironmentName;
using Other = AmbientName;

constexpr auto lenient = AmbientName::Mistakes::passed_over;
constexpr auto strict = AmbientName::Mistakes::told;

constexpr std::array docker_socket_env{Own{"CSPY_DOCKER_SOCKET"}};
constexpr std::array docker_socket_ambient{Other{"DOCKER_HOST", strict}};
constexpr std::array disabled_env{Own{"CSPY_DISABLED"}};
constexpr std::array disabled_ambient{Other{"OTEL_SDK_DISABLED", lenient}};

constexpr std::array metrics_env{Own{"CSPY_METRICS"}};
constexpr std::array container_labels_env{Own{"CSPY_CONTAINER_LABELS"}};
constexpr std::array container_env_env{Own{"CSPY_CONTAINER_ENV"}};
constexpr std::array all_containers_env{Own{"CSPY_ALL_CONTAINERS"}};
constexpr std::array disk_usage_env{Own{"CSPY_DISK_USAGE"}};
constexpr std::array disk_usage_interval_env{Own{"CSPY_DISK_USAGE_INTERVAL"}};
constexpr std::array cgroup_root_env{Own{"CSPY_CGROUP_ROOT"}};
constexpr std::array cgroup_all_env{Own{"CSPY_CGROUP_ALL"}};
constexpr std::array proc_root_env{Own{"CSPY_PROC_ROOT"}};

constexpr std::array protocol_env{Own{"CSPY_OTLP_PROTO"}, Own{"CSPY_OLTP_PROTO", true}};
constexpr std::array protocol_ambient{Other{"OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", lenient},
                                      Other{"OTEL_EXPORTER_OTLP_PROTOCOL", lenient}};
constexpr std::array endpoint_env{Own{"CSPY_OTLP_ENDPOINT"}};
constexpr std::array endpoint_ambient{Other{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", strict, set_otlp_endpoint_as_is},
                                      Other{"OTEL_EXPORTER_OTLP_ENDPOINT", strict, set_otlp_endpoint_base}};
constexpr std::array insecure_env{Own{"CSPY_OTLP_INSECURE"}};
// The last is an old spelling that is still in use.
constexpr std::array insecure_ambient{Other{"OTEL_EXPORTER_OTLP_METRICS_INSECURE", lenient},
                                      Other{"OTEL_EXPORTER_OTLP_INSECURE", lenient},
                                      Other{"OTEL_EXPORTER_OTLP_METRIC_INSECURE", lenient}};
constexpr std::array headers_env{Own{"CSPY_OTLP_HEADERS"}};
constexpr std::array headers_ambient{Other{"OTEL_EXPORTER_OTLP_METRICS_HEADERS", lenient},
                                     Other{"OTEL_EXPORTER_OTLP_HEADERS", lenient}};
constexpr std::array headers_file_env{Own{"CSPY_OTLP_HEADERS_FILE"}};
constexpr std::array compression_env{Own{"CSPY_OTLP_COMPRESSION"}};
constexpr std::array compression_ambient{Other{"OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", lenient},
                                         Other{"OTEL_EXPORTER_OTLP_COMPRESSION", lenient}};
constexpr std::array timeout_env{Own{"CSPY_OTLP_TIMEOUT"}};
constexpr std::array timeout_ambient{Other{"OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", lenient},
                                     Other{"OTEL_EXPORTER_OTLP_TIMEOUT", lenient}};
constexpr std::array export_timeout_env{Own{"CSPY_OTLP_EXPORT_TIMEOUT"}};
constexpr std::array export_timeout_ambient{Other{"OTEL_METRIC_EXPORT_TIMEOUT", lenient}};
constexpr std::array interval_env{Own{"CSPY_OTLP_INTERVAL"}};
constexpr std::array interval_ambient{Other{"OTEL_METRIC_EXPORT_INTERVAL", lenient}};
constexpr std::array temporality_env{Own{"CSPY_OTLP_TEMPORALITY"}};
constexpr std::array temporality_ambient{Other{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", lenient}};

constexpr std::array certificate_env{Own{"CSPY_OTLP_CERTIFICATE"}};
constexpr std::array certificate_ambient{Other{"OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", strict},
                                         Other{"OTEL_EXPORTER_OTLP_CERTIFICATE", strict}};
constexpr std::array client_certificate_env{Own{"CSPY_OTLP_CLIENT_CERTIFICATE"}};
constexpr std::array client_certificate_ambient{Other{"OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE", strict},
                                                Other{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", strict}};
constexpr std::array client_key_env{Own{"CSPY_OTLP_CLIENT_KEY"}};
constexpr std::array client_key_ambient{Other{"OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", strict},
                                        Other{"OTEL_EXPORTER_OTLP_CLIENT_KEY", strict}};
constexpr std::array https_proxy_env{Own{"CSPY_HTTPS_PROXY"}};
constexpr std::array https_proxy_ambient{Other{"HTTPS_PROXY", strict}, Other{"https_proxy", strict}};
constexpr std::array http_proxy_env{Own{"CSPY_HTTP_PROXY"}};
constexpr std::array http_proxy_ambient{Other{"HTTP_PROXY", strict}, Other{"http_proxy", strict}};
constexpr std::array no_proxy_env{Own{"CSPY_NO_PROXY"}};
constexpr std::array no_proxy_ambient{Other{"NO_PROXY", strict}, Other{"no_proxy", strict}};

constexpr std::array queue_limit_env{Own{"CSPY_QUEUE_LIMIT"}};
constexpr std::array queue_age_env{Own{"CSPY_QUEUE_AGE"}};
constexpr std::array queue_dir_env{Own{"CSPY_QUEUE_DIR"}};

constexpr std::array service_name_env{Own{"CSPY_SERVICE_NAME"}};
constexpr std::array service_name_ambient{Other{"OTEL_SERVICE_NAME", strict}};
constexpr std::array instance_id_env{Own{"CSPY_INSTANCE_ID"}};
constexpr std::array resource_env{Own{"CSPY_RESOURCE_ATTRIBUTES"}};
constexpr std::array resource_ambient{Other{"OTEL_RESOURCE_ATTRIBUTES", lenient}};
constexpr std::array log_level_env{Own{"CSPY_LOG_LEVEL"}};
constexpr std::array log_level_ambient{Other{"OTEL_LOG_LEVEL", lenient}};
constexpr std::array log_format_env{Own{"CSPY_LOG_FORMAT"}};

constexpr auto text = OptionRow::Type::text;
constexpr auto number = OptionRow::Type::number;
constexpr auto boolean = OptionRow::Type::boolean;

// clang-format off
constexpr std::array table{
  OptionRow{"docker_socket", text, "ADDRESS", docker_socket_env, docker_socket_ambient, "/var/run/docker.sock",
            "Where the engine listens: a path, unix://PATH or tcp://HOST:PORT", set_docker_socket, hide_user},
  OptionRow{"metrics", text, "LIST", metrics_env, {}, "default",
            "The metrics to send: groups and globs over names, separated by commas and applied in order; -NAME takes away, and a list "
            "that begins with + or - goes on from the default", set_metrics},
  OptionRow{"container_labels", text, "LIST", container_labels_env, {}, "*",
            "The Docker labels that become labels of the metrics: globs over keys, with their dots or with underscores, separated by "
            "commas and applied in order; -GLOB takes away, a list that begins so begins with all, and none is none",
            set_container_labels},
  OptionRow{"container_env", text, "LIST", container_env_env, {}, "",
            "The environment variables of containers that become labels: globs over names, as container_labels has them, "
            "but there are none that the list does not name",
            set_container_env},
  OptionRow{"all_containers", boolean, "true|false", all_containers_env, {}, "false",
            "Whether containers that do not run are also told of", set_all_containers},
  OptionRow{"disk_usage", boolean, "true|false", disk_usage_env, {}, "false",
            "Whether the engine is asked for the sizes of containers, images, volumes and the build cache, for which it walks "
            "through directories", set_disk_usage},
  OptionRow{"disk_usage_interval", number, "MS", disk_usage_interval_env, {}, "300000",
            "Milliseconds between two questions for sizes", set_disk_usage_interval},
  OptionRow{"cgroup_root", text, "DIRECTORY", cgroup_root_env, {}, "",
            "Where the host's cgroups can be read, for what the engine does not tell; default: /sys/fs/cgroup or "
            "/host/sys/fs/cgroup, where the host's are there; none: nowhere", set_text<&Options::cgroup_root>},
  OptionRow{"cgroup_all", boolean, "true|false", cgroup_all_env, {}, "false",
            "Whether cgroups that are no containers are also told of, as cAdvisor does", set_cgroup_all},
  OptionRow{"proc_root", text, "DIRECTORY", proc_root_env, {}, "",
            "Where the host's /proc can be read; default: /host/proc or /proc; none: nowhere", set_text<&Options::proc_root>},
  OptionRow{"otlp_protocol", text, "NAME", protocol_env, protocol_ambient, "httpbinary",
            "How metrics are sent: httpbinary (also http/protobuf), httpjson (also http/json) or grpc", set_otlp_protocol},
  OptionRow{"otlp_endpoint", text, "URL", endpoint_env, endpoint_ambient, "",
            "Where metrics are sent; default: http://localhost:4318/v1/metrics, with grpc http://localhost:4317. A URL without a path "
            "gets /v1/metrics, one with a path is used as it is; grpc ignores the path", set_otlp_endpoint, hide_user},
  OptionRow{"otlp_insecure", boolean, "true|false", insecure_env, insecure_ambient, "false",
            "With grpc and an endpoint without http:// or https://: whether to do without TLS", set_otlp_insecure},
  OptionRow{"otlp_headers", text, "LIST", headers_env, headers_ambient, "",
            "Headers of each request: NAME=VALUE[,NAME=VALUE...], values percent-encoded. They are never shown",
            set_otlp_headers, hide_all},
  OptionRow{"otlp_headers_file", text, "FILE", headers_file_env, {}, "",
            "A file of headers, NAME=VALUE lines, percent-encoded; it is read again when it changes", set_text<&Options::otlp_headers_file>},
  OptionRow{"otlp_compression", text, "NAME", compression_env, compression_ambient, "none",
            "How requests are compressed: none or gzip", set_otlp_compression},
  OptionRow{"otlp_timeout", number, "MS", timeout_env, timeout_ambient, "10000",
            "Milliseconds that one request may take; 0: no limit", set_otlp_timeout},
  OptionRow{"otlp_export_timeout", number, "MS", export_timeout_env, export_timeout_ambient, "30000",
            "Milliseconds that one attempt to send a round, of one or more requests, may take; 0: no limit", set_otlp_export_timeout},
  OptionRow{"otlp_export_interval", number, "MS", interval_env, interval_ambient, "60000",
            "Milliseconds between two rounds", set_otlp_export_interval},
  OptionRow{"otlp_temporality", text, "NAME", temporality_env, temporality_ambient, "cumulative",
            "How counters are sent: cumulative, delta (what was counted since the last push), or lowmemory, which for these "
            "counters means cumulative", set_otlp_temporality},
  OptionRow{"otlp_certificate", text, "FILE", certificate_env, certificate_ambient, "",
            "The certificates (PEM) of the authorities to trust with https; default: the system's. Read again when it changes",
            set_text<&Options::otlp_certificate>},
  OptionRow{"otlp_client_certificate", text, "FILE", client_certificate_env, client_certificate_ambient, "",
            "Our own certificate (PEM, with its chain) for receivers that ask for one. Read again when it changes",
            set_text<&Options::otlp_client_certificate>},
  OptionRow{"otlp_client_key", text, "FILE", client_key_env, client_key_ambient, "",
            "The key (PEM, not encrypted) of our own certificate; default: the certificate's file", set_text<&Options::otlp_client_key>},
  OptionRow{"https_proxy", text, "URL", https_proxy_env, https_proxy_ambient, "",
            "The proxy for https endpoints: http://[USER:PASSWORD@]HOST[:PORT]", set_https_proxy, hide_user},
  OptionRow{"http_proxy", text, "URL", http_proxy_env, http_proxy_ambient, "",
            "The proxy for http endpoints", set_http_proxy, hide_user},
  OptionRow{"no_proxy", text, "LIST", no_proxy_env, no_proxy_ambient, "",
            "Hosts, domains and address ranges that are reached without a proxy, separated by commas; * is all",
            set_text<&Options::no_proxy>},
  OptionRow{"queue_limit", number, "BYTES", queue_limit_env, {}, "33554432",
            "Bytes that rounds may take while they wait for the receiver; beyond it the oldest are dropped", set_queue_limit},
  OptionRow{"queue_age", number, "MS", queue_age_env, {}, "3000000",
            "Milliseconds that a round may wait. Prometheus refuses what is an hour older than its newest sample", set_queue_age},
  OptionRow{"queue_dir", text, "DIRECTORY", queue_dir_env, {}, "",
            "Where rounds that wait are also written, so that they survive a restart; default: nowhere", set_text<&Options::queue_dir>},
  OptionRow{"service_name", text, "TEXT", service_name_env, service_name_ambient, "",
            "The attribute service.name, Prometheus' label job; default: that of resource_attributes, else containerspy", set_service_name},
  OptionRow{"instance_id", text, "TEXT", instance_id_env, {}, "",
            "The attribute service.instance.id, Prometheus' label instance; default: that of resource_attributes, else the name of "
            "the engine's host", set_instance_id},
  OptionRow{"resource_attributes", text, "LIST", resource_env, resource_ambient, "",
            "More attributes of the resource: KEY=VALUE[,KEY=VALUE...], percent-encoded", set_resource_attributes},
  OptionRow{"disabled", boolean, "true|false", disabled_env, disabled_ambient, "false",
            "Whether to do nothing: the agent waits for a signal and ends", set_disabled},
  OptionRow{"log_level", text, "LEVEL", log_level_env, log_level_ambient, "info",
            "What is logged: error, warn, info or debug", set_log_level},
  OptionRow{"log_format", text, "FORMAT", log_format_env, {}, "logfmt",
            "How it is logged: logfmt or json", set_log_format},
};
// clang-format on

constexpr std::array<std::string_view, 2> places{"config.json", "/etc/containerspy/config.json"};

}  // namespace

std::string OptionRow::flag() const {
  std::string name{"--"};
  for (const char c : key)
    name.push_back(c == '_' ? '-' : c);
  return name;
}

std::span<const OptionRow> option_table() {
  return table;
}

std::span<const std::string_view> config_file_places() {
  return places;
}

}  // namespace cspy::app
