// OTLP over gRPC: unary calls on one HTTP/2 connection, which is kept open.
#pragma once

#include <optional>
#include <string>

#include "base/limits.hpp"
#include "net/context.hpp"
#include "net/http2.hpp"
#include "net/route.hpp"
#include "otlp/request_headers.hpp"
#include "otlp/transport.hpp"

namespace cspy::otlp {

class GrpcTransport final : public Transport {
 public:
  /// `headers` must outlive it. `idle_max`: a connection that was idle for longer is replaced. gRPC ignores the path of
  /// the endpoint.
  GrpcTransport(net::Context& context, net::Route route, RequestHeaders& headers,
                net::Clock::duration idle_max = limits::receiver_idle_max);

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
  net::Clock::duration idle_max_;
  net::TimePoint last_used_;  ///< the end of the last request
  std::optional<net::http2::Connection> connection_;
};

}  // namespace cspy::otlp
