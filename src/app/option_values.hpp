// From the text of a setting to its value: one function a setting, which says what it expected where the text is wrong.
#pragma once

#include <string>
#include <string_view>

#include "app/options.hpp"
#include "base/error.hpp"

namespace cspy::app {

[[nodiscard]] Result<void> set_docker_socket(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_disabled(Options& options, std::string_view value);

[[nodiscard]] Result<void> set_metrics(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_container_labels(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_container_env(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_all_containers(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_disk_usage(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_disk_usage_interval(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_cgroup_all(Options& options, std::string_view value);

[[nodiscard]] Result<void> set_otlp_protocol(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_otlp_endpoint(Options& options, std::string_view value);
/// OTEL_EXPORTER_OTLP_METRICS_ENDPOINT and OTEL_EXPORTER_OTLP_ENDPOINT, which treat the path in their own ways.
[[nodiscard]] Result<void> set_otlp_endpoint_as_is(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_otlp_endpoint_base(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_otlp_insecure(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_otlp_headers(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_otlp_compression(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_otlp_timeout(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_otlp_export_timeout(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_otlp_export_interval(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_otlp_temporality(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_https_proxy(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_http_proxy(Options& options, std::string_view value);

[[nodiscard]] Result<void> set_queue_limit(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_queue_age(Options& options, std::string_view value);

[[nodiscard]] Result<void> set_service_name(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_instance_id(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_resource_attributes(Options& options, std::string_view value);

[[nodiscard]] Result<void> set_log_level(Options& options, std::string_view value);
[[nodiscard]] Result<void> set_log_format(Options& options, std::string_view value);

/// A text that is taken as it is: the name of a file.
template<std::string Options::* member>
[[nodiscard]] Result<void> set_text(Options& options, std::string_view value) {
  options.*member = value;
  return {};
}

/// What is shown of a secret.
[[nodiscard]] std::string hide_all(std::string_view value);
/// What is shown of a URL that may have a user and a password.
[[nodiscard]] std::string hide_user(std::string_view value);

}  // namespace cspy::app
