// OTLP over HTTP/1.1: one kept connection.
#pragma once

#include <optional>

#include "base/endpoint.hpp"
#include "net/context.hpp"
#include "net/http1.hpp"
#include "otlp/transport.hpp"

namespace cspy::otlp {

class HttpTransport final : public Transport {
 public:
  HttpTransport(net::Context& context, Endpoint endpoint);

  net::Task<Outcome> send(std::string_view body, std::string_view content_type) override;

 private:
  net::Context& context_;
  Endpoint endpoint_;
  std::string operation_;  ///< "POST http://localhost:4318/v1/metrics"
  std::string user_agent_;
  std::optional<net::http1::Connection> connection_;
  std::string answer_;
};

}  // namespace cspy::otlp
