#include "app/option_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace cspy::app {
namespace {

Result<void> set_docker_socket(Options& options, std::string_view value) {
  auto endpoint = parse_engine_address(value);
  if (!endpoint) return std::unexpected{std::move(endpoint).error()};
  options.docker_socket = std::move(*endpoint);
  return {};
}

Result<void> set_otlp_protocol(Options& options, std::string_view value) {
  if (value == "httpbinary" || value == "http/protobuf") {
    options.otlp_protocol = OtlpProtocol::http_protobuf;
    return {};
  }
  if (value == "httpjson" || value == "http/json" || value == "grpc") {
    return fail(Code::invalid, "this protocol is not built yet: use httpbinary");
  }
  return fail(Code::invalid, "expected httpbinary, httpjson or grpc");
}

Result<void> set_otlp_endpoint(Options& options, std::string_view value) {
  auto endpoint = parse_otlp_endpoint(value);
  if (!endpoint) return std::unexpected{std::move(endpoint).error()};
  if (endpoint->kind == Endpoint::Kind::tls)
    return fail(Code::invalid, "https is not built yet: use http, or a Collector beside the agent");
  options.otlp_endpoint = std::move(*endpoint);
  return {};
}

Result<void> set_interval(Options& options, std::string_view value) {
  constexpr auto min = std::chrono::milliseconds{limits::interval_min}.count();
  constexpr auto max = std::chrono::milliseconds{limits::interval_max}.count();
  std::int64_t millis = 0;
  const auto* const end = value.data() + value.size();
  const auto [last, error] = std::from_chars(value.data(), end, millis);
  if (error != std::errc{} || last != end || millis < min || millis > max) {
    return fail(Code::invalid, fmt::format("expected a whole number of milliseconds from {} to {}", min, max));
  }
  options.otlp_export_interval = std::chrono::milliseconds{millis};
  return {};
}

Result<void> set_instance_id(Options& options, std::string_view value) {
  constexpr std::size_t bytes_max = 255;
  if (value.size() > bytes_max || valid_utf8_prefix(value) != value.size()) {
    return fail(Code::invalid, "expected at most 255 bytes of valid UTF-8");
  }
  options.instance_id = value;
  return {};
}

template<class Choice, std::size_t size>
Result<void> choose(Choice& target, std::string_view value,
                    const std::array<std::pair<std::string_view, Choice>, size>& choices) {
  const auto found = std::ranges::find(choices, value, &std::pair<std::string_view, Choice>::first);
  if (found == choices.end()) {
    std::string names;
    for (const auto& [name, choice] : choices)
      names.append(names.empty() ? "" : ", ").append(name);
    return fail(Code::invalid, "expected one of " + names);
  }
  target = found->second;
  return {};
}

Result<void> set_log_level(Options& options, std::string_view value) {
  static constexpr std::array<std::pair<std::string_view, LogLevel>, 4> levels{
      {{"error", LogLevel::error}, {"warn", LogLevel::warn}, {"info", LogLevel::info}, {"debug", LogLevel::debug}}};
  return choose(options.log_level, value, levels);
}

Result<void> set_log_format(Options& options, std::string_view value) {
  static constexpr std::array<std::pair<std::string_view, LogFormat>, 2> formats{
      {{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}}};
  return choose(options.log_format, value, formats);
}

constexpr std::array docker_socket_env{EnvironmentName{"CSPY_DOCKER_SOCKET"}};
constexpr std::array docker_socket_ambient{AmbientName{"DOCKER_HOST"}};
constexpr std::array otlp_protocol_env{EnvironmentName{"CSPY_OTLP_PROTO"}, EnvironmentName{"CSPY_OLTP_PROTO", true}};
constexpr std::array otlp_endpoint_env{EnvironmentName{"CSPY_OTLP_ENDPOINT"}};
constexpr std::array interval_env{EnvironmentName{"CSPY_OTLP_INTERVAL"}};
constexpr std::array interval_ambient{AmbientName{"OTEL_METRIC_EXPORT_INTERVAL", true}};
constexpr std::array instance_id_env{EnvironmentName{"CSPY_INSTANCE_ID"}};
constexpr std::array log_level_env{EnvironmentName{"CSPY_LOG_LEVEL"}};
constexpr std::array log_format_env{EnvironmentName{"CSPY_LOG_FORMAT"}};

using Type = OptionRow::Type;

// clang-format off
constexpr std::array table{
  OptionRow{"docker_socket", Type::text, "ADDRESS", docker_socket_env, docker_socket_ambient, "/var/run/docker.sock",
            "Where the engine listens: a path, unix://PATH or tcp://HOST:PORT", set_docker_socket},
  OptionRow{"otlp_protocol", Type::text, "NAME", otlp_protocol_env, {}, "httpbinary",
            "How metrics are sent: httpbinary (OTLP's http/protobuf). httpjson and grpc are not built yet", set_otlp_protocol},
  OptionRow{"otlp_endpoint", Type::text, "URL", otlp_endpoint_env, {}, "http://localhost:4318/v1/metrics",
            "Where metrics are sent. A URL without a path gets /v1/metrics, one with a path is used as it is", set_otlp_endpoint},
  OptionRow{"otlp_export_interval", Type::number, "MS", interval_env, interval_ambient, "60000",
            "Milliseconds between two rounds", set_interval},
  OptionRow{"instance_id", Type::text, "TEXT", instance_id_env, {}, "",
            "The attribute service.instance.id, Prometheus' label instance; default: the name of the engine's host", set_instance_id},
  OptionRow{"log_level", Type::text, "LEVEL", log_level_env, {}, "info",
            "What is logged: error, warn, info or debug", set_log_level},
  OptionRow{"log_format", Type::text, "FORMAT", log_format_env, {}, "logfmt",
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
