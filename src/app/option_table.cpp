#include "app/option_table.hpp"

#include <array>
#include <chrono>

#include "app/option_values.hpp"
#include "base/header_list.hpp"
#include "base/limits.hpp"
#include "metrics/extra_labels.hpp"

namespace cspy::app {
namespace {

constexpr std::array<Choice<OtlpProtocol>, 5> protocols{{{"httpbinary", OtlpProtocol::http_protobuf},
                                                         {"httpjson", OtlpProtocol::http_json},
                                                         {"grpc", OtlpProtocol::grpc},
                                                         {"http/protobuf", OtlpProtocol::http_protobuf, true},
                                                         {"http/json", OtlpProtocol::http_json, true}}};
constexpr std::array<Choice<Compression>, 2> compressions{{{"none", Compression::none}, {"gzip", Compression::gzip}}};
// The counters are the kernel's own. OpenTelemetry calls these asynchronous, and lowmemory sends asynchronous counters
// as cumulative.
constexpr std::array<Choice<otlp::Temporality>, 3> temporalities{{{"cumulative", otlp::Temporality::cumulative},
                                                                  {"delta", otlp::Temporality::delta},
                                                                  {"lowmemory", otlp::Temporality::cumulative}}};
constexpr std::array<Choice<LogLevel>, 4> log_levels{
    {{"error", LogLevel::error}, {"warn", LogLevel::warn}, {"info", LogLevel::info}, {"debug", LogLevel::debug}}};
constexpr std::array<Choice<LogFormat>, 2> log_formats{{{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}}};

constexpr std::chrono::milliseconds unlimited{0};

// For the variables of OpenTelemetry.
constexpr auto set_timeout_ms =
    set_duration<&Options::otlp_timeout, unlimited, limits::timeout_max, milliseconds_between>;
constexpr auto set_export_timeout_ms =
    set_duration<&Options::otlp_export_timeout, unlimited, limits::timeout_max, milliseconds_between>;
constexpr auto set_export_interval_ms =
    set_duration<&Options::otlp_export_interval, limits::interval_min, limits::interval_max, milliseconds_between>;

constexpr auto set_labels = set_part<&Options::label_rules, &docker::LabelRules::set_labels>;
constexpr auto set_variables = set_part<&Options::label_rules, &docker::LabelRules::set_variables>;

constexpr auto text = OptionRow::Type::text;
constexpr auto amount = OptionRow::Type::amount;
constexpr auto boolean = OptionRow::Type::boolean;
constexpr auto pairs = OptionRow::Type::pairs;

constexpr auto strict = AmbientName::Check::strict;
constexpr auto lenient = AmbientName::Check::lenient;
constexpr bool misspelt = true;  // a deprecated name

// clang-format off
// Columns: key, type, placeholder, setter; environment variables, those of Docker and OpenTelemetry, default; help.
constexpr std::array table{
  OptionRow{"docker_socket", text, "ADDRESS", set_parsed<&Options::docker_socket, parse_engine_address>,
            {{"CSPY_DOCKER_SOCKET"}}, {{"DOCKER_HOST", strict}}, "/var/run/docker.sock",
            "Address of the engine: a path, unix://PATH or tcp://HOST:PORT. Default: the first of these that is a "
            "socket: /var/run/docker.sock, /run/podman/podman.sock, /var/run/podman/podman.sock, "
            "$XDG_RUNTIME_DIR/docker.sock, $XDG_RUNTIME_DIR/podman/podman.sock", hide_secrets},
  OptionRow{"metrics", text, "LIST", set_parsed<&Options::metrics, metrics::Selection::parse>,
            {{"CSPY_METRICS"}}, {}, "default",
            "Metrics to send: groups and globs over metric names, separated by commas and applied in order. -NAME "
            "removes metrics. A list that starts with + or - changes the default list"},
  OptionRow{"containers", text, "LIST", set_parsed<&Options::containers, docker::ContainerFilter::parse>,
            {{"CSPY_CONTAINERS"}}, {}, "*",
            "Containers to watch: globs over names, separated by commas and applied in order. With a prefix, a glob "
            "matches something else: image:GLOB, label:KEY=GLOB, label:KEY, project:GLOB (Docker Compose) or "
            "service:GLOB (Docker Compose or Swarm). -GLOB removes containers. A list that starts with -GLOB starts "
            "with all containers. A container with the label containerspy.enable=false is never watched"},
  OptionRow{"container_labels", text, "LIST", set_labels,
            {{"CSPY_CONTAINER_LABELS"}}, {}, "*",
            "Docker labels to add to the metrics: globs over label keys, separated by commas and applied in order. A "
            "key may be written with dots or with underscores. @compose is the labels com.docker.compose.project, "
            "com.docker.compose.service and com.docker.compose.container-number; @swarm is com.docker.stack.namespace, "
            "com.docker.swarm.service.name, com.docker.swarm.task.name and com.docker.swarm.node.id. -GLOB removes labels. A list that starts with -GLOB "
            "starts with all labels. none removes all labels"},
  OptionRow{"container_env", text, "LIST", set_variables,
            {{"CSPY_CONTAINER_ENV"}}, {}, "",
            "Environment variables of containers to add to the metrics as labels: globs over variable names, in the "
            "syntax of container_labels. Only the listed variables are added", hide_values},
  OptionRow{"extra_labels", pairs, "LIST", set_parsed<&Options::extra_labels, metrics::parse_extra_labels>,
            {{"CSPY_EXTRA_LABELS"}}, {}, "",
            "Labels to add to every series: NAME=VALUE[,NAME=VALUE...], with percent-encoded values. In the "
            "configuration file it may be an object. A label that a series has of its own wins"},
  OptionRow{"all_containers", boolean, "true|false", set_flag<&Options::all_containers>,
            {{"CSPY_ALL_CONTAINERS"}}, {}, "false",
            "Also report stopped containers"},
  OptionRow{"disk_usage", boolean, "true|false", set_flag<&Options::disk_usage>,
            {{"CSPY_DISK_USAGE"}}, {}, "false",
            "Report the sizes of containers, images, volumes and the build cache. The engine walks its directories "
            "for each size query"},
  OptionRow{"disk_usage_interval", amount, "DURATION",
            set_duration<&Options::disk_usage_interval,
                         limits::disk_usage_interval_min, limits::disk_usage_interval_max>,
            {{"CSPY_DISK_USAGE_INTERVAL"}}, {}, "5m",
            "Time between two size queries"},
  OptionRow{"cgroup_root", text, "DIRECTORY", set_text<&Options::cgroup_root>,
            {{"CSPY_CGROUP_ROOT"}}, {}, "",
            "Directory of the host's cgroups, for metrics that the engine does not report. Default: "
            "/host/sys/fs/cgroup, /rootfs/sys/fs/cgroup or /sys/fs/cgroup, if it belongs to the engine's host. none: do "
            "not read cgroups"},
  OptionRow{"cgroup_all", boolean, "true|false", set_flag<&Options::cgroup_all>,
            {{"CSPY_CGROUP_ALL"}}, {}, "false",
            "Also report cgroups that are not containers, as cAdvisor does"},
  OptionRow{"proc_root", text, "DIRECTORY", set_text<&Options::proc_root>,
            {{"CSPY_PROC_ROOT"}}, {}, "",
            "Directory of the host's /proc. Default: /host/proc, /rootfs/proc or /proc, if it belongs to the engine's "
            "host. none: do not read /proc"},
  OptionRow{"machine_id_file", text, "FILES", set_text<&Options::machine_id_file>,
            {{"CSPY_MACHINE_ID_FILE"}}, {}, "",
            "Files with the label machine_id, separated by commas: the first one that has an id counts. Default: "
            "/etc/machine-id, /var/lib/dbus/machine-id"},
  OptionRow{"boot_id_file", text, "FILES", set_text<&Options::boot_id_file>,
            {{"CSPY_BOOT_ID_FILE"}}, {}, "",
            "Files with the label boot_id, separated by commas: the first one that has an id counts. Default: "
            "/proc/sys/kernel/random/boot_id"},
  OptionRow{"listen", text, "LIST", set_parsed<&Options::listen, parse_listen>,
            {{"CSPY_LISTEN"}}, {}, "",
            "Addresses to serve /metrics, /healthz and /readyz at, separated by commas: :8080, 127.0.0.1:8080, [::]:8080 or "
            "unix:PATH. If no otlp_endpoint is configured, nothing is pushed then"},
  OptionRow{"listen_certificate", text, "FILE", set_text<&Options::listen_certificate>,
            {{"CSPY_LISTEN_CERTIFICATE"}}, {}, "",
            "PEM file with the certificate for the addresses in listen, which then speak TLS. It is read again when it "
            "changes"},
  OptionRow{"listen_key", text, "FILE", set_text<&Options::listen_key>,
            {{"CSPY_LISTEN_KEY"}}, {}, "",
            "PEM file with the key of listen_certificate. Default: the key is in the same file"},
  OptionRow{"listen_client_ca", text, "FILE", set_text<&Options::listen_client_ca>,
            {{"CSPY_LISTEN_CLIENT_CA"}}, {}, "",
            "PEM file with the authorities that sign the certificates of clients. Other clients are refused"},
  OptionRow{"path_prefix", text, "PATH", set_parsed<&Options::path_prefix, parse_path_prefix>,
            {{"CSPY_PATH_PREFIX"}}, {}, "",
            "What the paths begin with behind a reverse proxy: /containerspy serves /containerspy/metrics"},
  OptionRow{"metrics_path", text, "PATH", set_parsed<&Options::metrics_path, parse_metrics_path>,
            {{"CSPY_METRICS_PATH"}}, {}, "/metrics",
            "Path of the metrics, after path_prefix"},
  OptionRow{"scrape_max_age", amount, "DURATION",
            set_duration<&Options::scrape_max_age, limits::scrape_age_min, limits::scrape_age_max>,
            {{"CSPY_SCRAPE_MAX_AGE"}}, {}, "1s",
            "Age up to which a scrape gets the last reading instead of a new one"},
  OptionRow{"otlp_protocol", text, "NAME", set_choice<&Options::otlp_protocol, protocols>,
            {{"CSPY_OTLP_PROTO"}, {"CSPY_OLTP_PROTO", misspelt}},
            {{"OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", lenient}, {"OTEL_EXPORTER_OTLP_PROTOCOL", lenient}}, "httpbinary",
            "Protocol of the receiver: httpbinary (also http/protobuf), httpjson (also http/json) or grpc"},
  OptionRow{"otlp_endpoint", text, "URL", set_otlp_endpoint<OtlpPath::add_if_missing>,
            {{"CSPY_OTLP_ENDPOINT"}},
            {{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", strict, set_otlp_endpoint<OtlpPath::as_is>},
             {"OTEL_EXPORTER_OTLP_ENDPOINT", strict, set_otlp_endpoint<OtlpPath::append>}}, "",
            "URL of the receiver. Default: http://localhost:4318/v1/metrics, or http://localhost:4317 with grpc. A "
            "URL without a path gets the path /v1/metrics; grpc ignores the path. none: push nothing", hide_secrets},
  OptionRow{"otlp_insecure", boolean, "true|false", set_flag<&Options::otlp_insecure>,
            {{"CSPY_OTLP_INSECURE"}},
            {{"OTEL_EXPORTER_OTLP_METRICS_INSECURE", lenient},
             {"OTEL_EXPORTER_OTLP_INSECURE", lenient},
             {"OTEL_EXPORTER_OTLP_METRIC_INSECURE", lenient}},  // an old spelling, still in use
            "false",
            "Connect without TLS if the protocol is grpc and the endpoint does not start with http:// or https://"},
  OptionRow{"otlp_headers", text, "LIST", set_parsed<&Options::otlp_headers, parse_headers>,
            {{"CSPY_OTLP_HEADERS"}},
            {{"OTEL_EXPORTER_OTLP_METRICS_HEADERS", lenient}, {"OTEL_EXPORTER_OTLP_HEADERS", lenient}}, "",
            "Headers to add to each request: NAME=VALUE[,NAME=VALUE...], with percent-encoded values. The values are "
            "never logged or printed", hide_all},
  OptionRow{"otlp_headers_file", text, "FILE", set_text<&Options::otlp_headers_file>,
            {{"CSPY_OTLP_HEADERS_FILE"}}, {}, "",
            "File of headers to add to each request: lines of NAME=VALUE, with percent-encoded values. It is read "
            "again when it changes"},
  OptionRow{"otlp_compression", text, "NAME", set_choice<&Options::otlp_compression, compressions>,
            {{"CSPY_OTLP_COMPRESSION"}},
            {{"OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", lenient}, {"OTEL_EXPORTER_OTLP_COMPRESSION", lenient}}, "none",
            "Compression of requests: none or gzip"},
  OptionRow{"otlp_timeout", amount, "DURATION", set_duration<&Options::otlp_timeout, unlimited, limits::timeout_max>,
            {{"CSPY_OTLP_TIMEOUT"}},
            {{"OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", lenient, set_timeout_ms},
             {"OTEL_EXPORTER_OTLP_TIMEOUT", lenient, set_timeout_ms}}, "10s",
            "Timeout of one request. 0: no timeout"},
  OptionRow{"otlp_export_timeout", amount, "DURATION",
            set_duration<&Options::otlp_export_timeout, unlimited, limits::timeout_max>,
            {{"CSPY_OTLP_EXPORT_TIMEOUT"}}, {{"OTEL_METRIC_EXPORT_TIMEOUT", lenient, set_export_timeout_ms}}, "30s",
            "Timeout of one attempt to send a round, which takes one or more requests. 0: no timeout"},
  OptionRow{"otlp_export_interval", amount, "DURATION",
            set_duration<&Options::otlp_export_interval, limits::interval_min, limits::interval_max>,
            {{"CSPY_OTLP_INTERVAL"}}, {{"OTEL_METRIC_EXPORT_INTERVAL", lenient, set_export_interval_ms}}, "1m",
            "Time between two rounds. Each round reads and sends all metrics"},
  OptionRow{"otlp_temporality", text, "NAME", set_choice<&Options::otlp_temporality, temporalities>,
            {{"CSPY_OTLP_TEMPORALITY"}}, {{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", lenient}}, "cumulative",
            "Temporality of counters: cumulative, delta (the increase since the last delivered round) or lowmemory "
            "(the same as cumulative for these counters)"},
  OptionRow{"otlp_certificate", text, "FILE", set_text<&Options::otlp_certificate>,
            {{"CSPY_OTLP_CERTIFICATE"}},
            {{"OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", strict}, {"OTEL_EXPORTER_OTLP_CERTIFICATE", strict}}, "",
            "PEM file of the certificate authorities to trust for https. Default: the system's authorities. It is "
            "read again when it changes"},
  OptionRow{"otlp_client_certificate", text, "FILE", set_text<&Options::otlp_client_certificate>,
            {{"CSPY_OTLP_CLIENT_CERTIFICATE"}},
            {{"OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE", strict},
             {"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", strict}}, "",
            "PEM file of the client certificate with its chain, for receivers that require one. It is read again when "
            "it changes"},
  OptionRow{"otlp_client_key", text, "FILE", set_text<&Options::otlp_client_key>,
            {{"CSPY_OTLP_CLIENT_KEY"}},
            {{"OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", strict}, {"OTEL_EXPORTER_OTLP_CLIENT_KEY", strict}}, "",
            "PEM file of the key of the client certificate, not encrypted. Default: the file of the client "
            "certificate"},
  OptionRow{"https_proxy", text, "URL", set_text<&Options::https_proxy>,
            {{"CSPY_HTTPS_PROXY"}}, {{"HTTPS_PROXY", strict}, {"https_proxy", strict}}, "",
            "Proxy for https endpoints: http://[USER:PASSWORD@]HOST[:PORT]", hide_secrets},
  OptionRow{"http_proxy", text, "URL", set_text<&Options::http_proxy>,
            {{"CSPY_HTTP_PROXY"}}, {{"HTTP_PROXY", strict}, {"http_proxy", strict}}, "",
            "Proxy for http endpoints: http://[USER:PASSWORD@]HOST[:PORT]", hide_secrets},
  OptionRow{"no_proxy", text, "LIST", set_text<&Options::no_proxy>,
            {{"CSPY_NO_PROXY"}}, {{"NO_PROXY", strict}, {"no_proxy", strict}}, "",
            "Hosts, domains and address ranges to reach without a proxy, separated by commas. * means all"},
  OptionRow{"queue_limit", amount, "SIZE",
            set_bytes<&Options::queue_limit, limits::queue_bytes_min, limits::queue_bytes_max>,
            {{"CSPY_QUEUE_LIMIT"}}, {}, "32MiB",
            "Maximum size of the queue of rounds that wait for the receiver. When it is full, the oldest "
            "rounds are dropped"},
  OptionRow{"queue_age", amount, "DURATION", set_duration<&Options::queue_age, limits::queue_age_min, limits::queue_age_max>,
            {{"CSPY_QUEUE_AGE"}}, {}, "50m",
            "Maximum time that a round waits in the queue. Prometheus refuses samples that are an "
            "hour older than its newest sample"},
  OptionRow{"queue_dir", text, "DIRECTORY", set_text<&Options::queue_dir>,
            {{"CSPY_QUEUE_DIR"}}, {}, "",
            "Directory to store the queue in, so that it survives a restart. Default: the queue is in memory only"},
  OptionRow{"service_name", text, "TEXT", set_parsed<&Options::service_name, attribute_value>,
            {{"CSPY_SERVICE_NAME"}}, {{"OTEL_SERVICE_NAME", strict}}, "",
            "Resource attribute service.name, the label job in Prometheus. Default: the value in resource_attributes, "
            "or containerspy"},
  OptionRow{"instance_id", text, "TEXT", set_parsed<&Options::instance_id, attribute_value>,
            {{"CSPY_INSTANCE_ID"}}, {}, "",
            "Resource attribute service.instance.id, the label instance in Prometheus. Default: the value in "
            "resource_attributes, or the host name of the engine"},
  OptionRow{"resource_attributes", pairs, "LIST", set_parsed<&Options::resource_attributes, parse_key_values>,
            {{"CSPY_RESOURCE_ATTRIBUTES"}}, {{"OTEL_RESOURCE_ATTRIBUTES", lenient}}, "",
            "More resource attributes: KEY=VALUE[,KEY=VALUE...], with percent-encoded values"},
  OptionRow{"disabled", boolean, "true|false", set_flag<&Options::disabled>,
            {{"CSPY_DISABLED"}}, {{"OTEL_SDK_DISABLED", lenient}}, "false",
            "Do nothing: read no metrics, send no metrics, and wait for the signal to stop"},
  OptionRow{"log_level", text, "LEVEL", set_choice<&Options::log_level, log_levels>,
            {{"CSPY_LOG_LEVEL"}}, {{"OTEL_LOG_LEVEL", lenient}}, "info",
            "Least severe level to log: error, warn, info or debug"},
  OptionRow{"log_format", text, "FORMAT", set_choice<&Options::log_format, log_formats>,
            {{"CSPY_LOG_FORMAT"}}, {}, "logfmt",
            "Format of the log: logfmt or json"},
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

const OptionRow* find_option(std::string_view key) {
  const auto* const found = std::ranges::find(table, key, &OptionRow::key);
  return found == table.end() ? nullptr : found;
}

std::span<const std::string_view> config_file_places() {
  return places;
}

}  // namespace cspy::app
