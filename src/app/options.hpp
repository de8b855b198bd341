// The settings of the program, parsed and valid. app/option_table.cpp has their names, defaults and meanings.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/key_values.hpp"
#include "base/log.hpp"
#include "base/proxy.hpp"
#include "docker/container_filter.hpp"
#include "docker/label_rules.hpp"
#include "metrics/selection.hpp"
#include "otlp/encoder.hpp"
#include "serve/listen_address.hpp"

namespace cspy::app {

enum class OtlpProtocol : std::uint8_t { http_protobuf, http_json, grpc };
enum class Compression : std::uint8_t { none, gzip };

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): there is one object, and members are sorted by subject
struct Options {
  Endpoint docker_socket;
  bool disabled = false;

  OtlpProtocol otlp_protocol = OtlpProtocol::http_protobuf;
  /// The text of the endpoint, and how to complete its path. derive_options() makes otlp_endpoint from them.
  std::string otlp_endpoint_text;
  OtlpPath otlp_endpoint_path = OtlpPath::add_if_missing;
  Endpoint otlp_endpoint;
  bool otlp_insecure = false;
  KeyValues otlp_headers;
  std::string otlp_headers_file;
  Compression otlp_compression = Compression::none;
  std::chrono::milliseconds otlp_timeout{};         ///< of one request; 0: no timeout
  std::chrono::milliseconds otlp_export_timeout{};  ///< of one attempt to send a round; 0: no timeout
  std::chrono::milliseconds otlp_export_interval{};
  otlp::Temporality otlp_temporality = otlp::Temporality::cumulative;

  std::string otlp_certificate, otlp_client_certificate, otlp_client_key;  ///< PEM files; empty: none
  std::string https_proxy, http_proxy, no_proxy;
  /// The one of the proxies through which the endpoint is reached. derive_options() sets it.
  std::optional<Proxy> proxy;

  /// Whether metrics are pushed. derive_options() sets it: not with the endpoint "none", and not with `listen` alone.
  bool push = true;

  std::vector<serve::ListenAddress> listen;                      ///< empty: nothing is served
  std::string listen_certificate, listen_key, listen_client_ca;  ///< PEM files; empty: none
  std::string path_prefix;                                       ///< of all paths; empty: none
  std::string metrics_path;                                      ///< after the prefix
  std::chrono::milliseconds scrape_max_age{};                    ///< of a reading that a scrape may use again

  std::size_t queue_limit = 0;  ///< bytes
  std::chrono::milliseconds queue_age{};
  std::string queue_dir;  ///< empty: queue in memory only

  metrics::Selection metrics;
  docker::LabelRules label_rules;  ///< container_labels and container_env
  docker::ContainerFilter containers;
  KeyValues extra_labels;  ///< of every series that has no label of its own with that name
  bool all_containers = false;

  bool disk_usage = false;
  std::chrono::milliseconds disk_usage_interval{};

  std::string cgroup_root;  ///< empty: detected automatically; "none": not read
  bool cgroup_all = false;
  std::string proc_root;                      ///< as cgroup_root
  std::string machine_id_file, boot_id_file;  ///< lists of files; empty: the usual ones

  std::string service_name;
  std::string instance_id;  ///< empty: the host name of the engine
  KeyValues resource_attributes;

  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::logfmt;
};

}  // namespace cspy::app
