#include "app/option_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "base/header_list.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy::app {
namespace {

using std::chrono::milliseconds;

template<class Choice>
struct Named {
  std::string_view name;
  Choice choice;
  bool synonym = false;  ///< understood, but not named among what was expected
};

/// OpenTelemetry's enumerations are taken in any case (sdk-environment-variables.md, "Enum"), so all are.
template<class Choice>
Result<void> choose(Choice& target, std::string_view value, std::span<const Named<Choice>> choices) {
  const auto found = std::ranges::find(choices, lowered(value), &Named<Choice>::name);
  if (found == choices.end()) {
    std::string names;
    for (const auto& named : choices) {
      if (!named.synonym) names.append(names.empty() ? "" : ", ").append(named.name);
    }
    return fail(Code::invalid, "expected one of " + names);
  }
  target = found->choice;
  return {};
}

Result<void> set_flag(bool& target, std::string_view value) {
  static constexpr std::array<Named<bool>, 2> flags{{{"true", true}, {"false", false}}};
  return choose<bool>(target, value, flags);
}

/// A whole number in [min, max].
Result<std::int64_t> whole_number(std::string_view value, std::string_view unit, std::int64_t min, std::int64_t max) {
  std::int64_t number = 0;
  const auto* const end = value.data() + value.size();
  const auto [last, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc{} || last != end || number < min || number > max) {
    return fail(Code::invalid, fmt::format("expected a whole number of {} from {} to {}", unit, min, max));
  }
  return number;
}

Result<void> set_duration(milliseconds& target, std::string_view value, milliseconds min, milliseconds max) {
  const auto number = whole_number(value, "milliseconds", min.count(), max.count());
  if (!number) return std::unexpected{number.error()};
  target = milliseconds{*number};
  return {};
}

Result<void> set_attribute_value(std::string& target, std::string_view value) {
  constexpr std::size_t bytes_max = 255;
  if (value.size() > bytes_max || valid_utf8_prefix(value) != value.size()) {
    return fail(Code::invalid, "expected at most 255 bytes of valid UTF-8");
  }
  target = value;
  return {};
}

template<class T>
Result<void> store(T& target, Result<T> parsed) {
  if (!parsed) return std::unexpected{std::move(parsed).error()};
  target = *std::move(parsed);
  return {};
}

Result<void> set_endpoint(Options& options, std::string_view value, OtlpPath path) {
  options.otlp_endpoint_text = value;
  options.otlp_endpoint_path = path;
  return {};
}

Result<void> set_proxy(std::optional<Proxy>& target, std::string_view value) {
  target.reset();
  if (value.empty()) return {};
  auto proxy = parse_proxy(value);
  if (!proxy) return std::unexpected{std::move(proxy).error()};
  target = *std::move(proxy);
  return {};
}

}  // namespace

Result<void> set_docker_socket(Options& options, std::string_view value) {
  return store(options.docker_socket, parse_engine_address(value));
}

Result<void> set_disabled(Options& options, std::string_view value) {
  return set_flag(options.disabled, value);
}

Result<void> set_otlp_protocol(Options& options, std::string_view value) {
  using enum OtlpProtocol;
  static constexpr std::array<Named<OtlpProtocol>, 5> protocols{{{"httpbinary", http_protobuf},
                                                                 {"httpjson", http_json},
                                                                 {"grpc", grpc},
                                                                 {"http/protobuf", http_protobuf, true},
                                                                 {"http/json", http_json, true}}};
  return choose<OtlpProtocol>(options.otlp_protocol, value, protocols);
}

Result<void> set_otlp_endpoint(Options& options, std::string_view value) {
  return set_endpoint(options, value, OtlpPath::complete);
}

Result<void> set_otlp_endpoint_as_is(Options& options, std::string_view value) {
  return set_endpoint(options, value, OtlpPath::as_is);
}

Result<void> set_otlp_endpoint_base(Options& options, std::string_view value) {
  return set_endpoint(options, value, OtlpPath::base);
}

Result<void> set_otlp_insecure(Options& options, std::string_view value) {
  return set_flag(options.otlp_insecure, value);
}

Result<void> set_otlp_headers(Options& options, std::string_view value) {
  return store(options.otlp_headers, parse_headers(value));
}

Result<void> set_otlp_compression(Options& options, std::string_view value) {
  static constexpr std::array<Named<Compression>, 2> compressions{
      {{"none", Compression::none}, {"gzip", Compression::gzip}}};
  return choose<Compression>(options.otlp_compression, value, compressions);
}

Result<void> set_otlp_timeout(Options& options, std::string_view value) {
  return set_duration(options.otlp_timeout, value, milliseconds::zero(), limits::timeout_max);
}

Result<void> set_otlp_export_timeout(Options& options, std::string_view value) {
  return set_duration(options.otlp_export_timeout, value, milliseconds::zero(), limits::timeout_max);
}

Result<void> set_otlp_export_interval(Options& options, std::string_view value) {
  return set_duration(options.otlp_export_interval, value, limits::interval_min, limits::interval_max);
}

Result<void> set_otlp_temporality(Options& options, std::string_view value) {
  using enum otlp::Temporality;
  // What the agent sends are observations of the kernel's own counters, in OpenTelemetry's terms asynchronous counters;
  // lowmemory asks for these as cumulative.
  static constexpr std::array<Named<otlp::Temporality>, 3> temporalities{
      {{"cumulative", cumulative}, {"delta", delta}, {"lowmemory", cumulative}}};
  return choose<otlp::Temporality>(options.otlp_temporality, value, temporalities);
}

Result<void> set_https_proxy(Options& options, std::string_view value) {
  return set_proxy(options.https_proxy, value);
}

Result<void> set_http_proxy(Options& options, std::string_view value) {
  return set_proxy(options.http_proxy, value);
}

Result<void> set_queue_limit(Options& options, std::string_view value) {
  const auto number = whole_number(value, "bytes", limits::queue_bytes_min, limits::queue_bytes_max);
  if (!number) return std::unexpected{number.error()};
  options.queue_limit = static_cast<std::size_t>(*number);
  return {};
}

Result<void> set_queue_age(Options& options, std::string_view value) {
  return set_duration(options.queue_age, value, limits::queue_age_min, limits::queue_age_max);
}

Result<void> set_service_name(Options& options, std::string_view value) {
  return set_attribute_value(options.service_name, value);
}

Result<void> set_instance_id(Options& options, std::string_view value) {
  return set_attribute_value(options.instance_id, value);
}

Result<void> set_metrics(Options& options, std::string_view value) {
  return store(options.metrics, metrics::Selection::parse(value));
}

Result<void> set_container_labels(Options& options, std::string_view value) {
  return options.label_rules.set_labels(value);
}

Result<void> set_container_env(Options& options, std::string_view value) {
  return options.label_rules.set_variables(value);
}

Result<void> set_all_containers(Options& options, std::string_view value) {
  return set_flag(options.all_containers, value);
}

Result<void> set_disk_usage(Options& options, std::string_view value) {
  return set_flag(options.disk_usage, value);
}

Result<void> set_disk_usage_interval(Options& options, std::string_view value) {
  return set_duration(options.disk_usage_interval, value, limits::disk_usage_interval_min,
                      limits::disk_usage_interval_max);
}

Result<void> set_cgroup_all(Options& options, std::string_view value) {
  return set_flag(options.cgroup_all, value);
}

Result<void> set_resource_attributes(Options& options, std::string_view value) {
  return store(options.resource_attributes, parse_key_values(value));
}

Result<void> set_log_level(Options& options, std::string_view value) {
  static constexpr std::array<Named<LogLevel>, 4> levels{
      {{"error", LogLevel::error}, {"warn", LogLevel::warn}, {"info", LogLevel::info}, {"debug", LogLevel::debug}}};
  return choose<LogLevel>(options.log_level, value, levels);
}

Result<void> set_log_format(Options& options, std::string_view value) {
  static constexpr std::array<Named<LogFormat>, 2> formats{{{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}}};
  return choose<LogFormat>(options.log_format, value, formats);
}

std::string hide_all(std::string_view value) {
  return value.empty() ? std::string{} : "***";
}

std::string hide_user(std::string_view value) {
  const auto at = value.rfind('@');
  if (at == std::string_view::npos) return std::string{value};
  const auto scheme = value.find("://");
  const auto kept = scheme == std::string_view::npos || scheme > at ? 0 : scheme + 3;
  return std::string{value.substr(0, kept)}.append("***").append(value.substr(at));
}

}  // namespace cspy::app
