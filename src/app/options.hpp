// The program's settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/endpoint.hpp"
#include "base/log.hpp"

namespace cspy::app {

enum class OtlpProtocol : std::uint8_t { http_protobuf };

struct Options {
  Endpoint docker_socket;
  OtlpProtocol otlp_protocol = OtlpProtocol::http_protobuf;
  Endpoint otlp_endpoint;
  std::chrono::milliseconds otlp_export_interval{};
  std::string instance_id;  ///< empty: the engine's host name
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::logfmt;
};

}  // namespace cspy::app
