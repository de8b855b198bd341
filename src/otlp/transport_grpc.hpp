// OTLP over gRPC: unary calls on one HTTP/2 connection, which is kept open.
#pragma once

#include <optional>
#include <string>

#include "net/context.hpp"
#include "net/http2.hpp"
#include "net/route.hpp"
#include "otlp/request_headers.hpp"
#include "otlp/transport.hpp"

namespace cspy::otlp {

class GrpcTransport final : public Transport {
 public:
  /// `headers` must outlive it. gRPC ignores the path of the endpoint.
  GrpcTransport(net::Context& context, net::Route route, RequestHeaders& headers);

  net::Task<Outcome> send(Payload payload, net::TimePoint deadline) override;
  void close() override { connection_.reset(); }

 private:
  net::Task<Result<net::http2::Answer>> call(net::http2::Request request, net::TimePoint deadline);
  void drop_stale_connection();

  net::Context& context_;
  net::Route route_;
  RequestHeaders& headers_;
  std::string operation_;  ///< "gRPC http://localhost:4317"
  std::string user_agent_;
  std::optional<net::http2::Connection> connection_;
};

}  // namespace cspy::otlp
