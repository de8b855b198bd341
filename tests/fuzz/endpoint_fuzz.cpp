// An address or URL of the configuration: what is taken has a host and a port, or an absolute path.
#include "base/endpoint.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  if (const auto engine = cspy::parse_engine_address(text)) {
    const bool socket = engine->kind == cspy::Endpoint::Kind::unix_socket;
    must(socket ? engine->path.starts_with('/') : engine->port != 0 && !engine->host.empty());
  }
  if (const auto otlp = cspy::parse_otlp_endpoint(text)) {
    must(otlp->port != 0 && !otlp->host.empty() && otlp->path.starts_with('/'));
    must(otlp->path.find_first_of("\r\n ") == std::string::npos);
    must(otlp->authority().find_first_of("\r\n ") == std::string::npos);
  }
  return 0;
}
