// OTLP over HTTP/1.1, on one connection, which is kept open.
#pragma once

#include <optional>

#include "base/limits.hpp"
#include "net/context.hpp"
#include "net/http1.hpp"
#include "net/route.hpp"
#include "otlp/request_headers.hpp"
#include "otlp/transport.hpp"

namespace cspy::otlp {

class HttpTransport final : public Transport {
 public:
  /// `headers` must outlive it. `idle_max`: a connection that was idle for longer is replaced.
  HttpTransport(net::Context& context, net::Route route, RequestHeaders& headers,
                net::Clock::duration idle_max = limits::receiver_idle_max);

  net::Task<Outcome> send(Payload payload, net::TimePoint deadline) override;
  void close() override { connection_.reset(); }

 private:
  net::Context& context_;
  net::Route route_;
  RequestHeaders& headers_;
  std::string operation_;  ///< "POST http://localhost:4318/v1/metrics"
  bool through_proxy_;     ///< requests go to a proxy without a tunnel
  std::string user_agent_;
  net::Clock::duration idle_max_;
  net::TimePoint last_used_;  ///< the end of the last request
  std::optional<net::http1::Connection> connection_;
  std::string answer_;
};

}  // namespace cspy::otlp
