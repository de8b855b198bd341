// The program's settings.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/endpoint.hpp"
#include "base/key_values.hpp"
#include "base/log.hpp"
#include "base/proxy.hpp"
#include "docker/label_rules.hpp"
#include "metrics/selection.hpp"
#include "otlp/encoder.hpp"

namespace cspy::app {

enum class OtlpProtocol : std::uint8_t { http_protobuf, http_json, grpc };
enum class Compression : std::uint8_t { none, gzip };

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): there is one of them, and settings stand by subject.
struct Options {
  Endpoint docker_socket;
  bool disabled = false;

  OtlpProtocol otlp_protocol = OtlpProtocol::http_protobuf;
  /// As it was given, and what the place it stood in makes of its path; the protocol decides how it is read.
  std::string otlp_endpoint_text;
  OtlpPath otlp_endpoint_path = OtlpPath::complete;
  Endpoint otlp_endpoint;
  bool otlp_insecure = false;
  KeyValues otlp_headers;
  std::string otlp_headers_file;
  Compression otlp_compression = Compression::none;
  std::chrono::milliseconds otlp_timeout{};         ///< of a request; 0: none
  std::chrono::milliseconds otlp_export_timeout{};  ///< of an attempt to send a round; 0: none
  std::chrono::milliseconds otlp_export_interval{};
  otlp::Temporality otlp_temporality = otlp::Temporality::cumulative;

  std::string otlp_certificate, otlp_client_certificate, otlp_client_key;  ///< PEM files; empty: none
  std::optional<Proxy> https_proxy, http_proxy;
  std::string no_proxy;

  std::size_t queue_limit = 0;  ///< bytes
  std::chrono::milliseconds queue_age{};
  std::string queue_dir;  ///< empty: the queue is in memory only

  metrics::Selection metrics;
  docker::LabelRules label_rules;  ///< container_labels and container_env
  bool all_containers = false;

  bool disk_usage = false;
  std::chrono::milliseconds disk_usage_interval{};

  std::string cgroup_root;  ///< empty: found by itself; "none": not read
  bool cgroup_all = false;
  std::string proc_root;  ///< as cgroup_root

  std::string service_name;
  std::string instance_id;  ///< empty: the engine's host name
  KeyValues resource_attributes;

  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::logfmt;
};

}  // namespace cspy::app
