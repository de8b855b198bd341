#include "otlp/transport_http.hpp"

#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "net/tls.hpp"

namespace cspy::otlp {

using net::Task;

HttpTransport::HttpTransport(net::Context& context, net::Route route, RequestHeaders& headers,
                             net::Clock::duration idle_max)
    : context_{context},
      route_{std::move(route)},
      headers_{headers},
      operation_{"POST " + route_.endpoint.text()},
      through_proxy_{route_.proxy && route_.endpoint.kind != Endpoint::Kind::tls && !route_.tunnel},
      user_agent_{user_agent()},
      idle_max_{idle_max} {}

Task<Outcome> HttpTransport::send(Payload payload, net::TimePoint deadline) {
  std::vector<net::http1::Header> headers{{.name = "Content-Type", .value = payload.content_type},
                                          {.name = "User-Agent", .value = user_agent_}};
  if (payload.gzip) headers.push_back({.name = "Content-Encoding", .value = "gzip"});
  if (through_proxy_ && !route_.proxy->authorization.empty())
    headers.push_back({.name = "Proxy-Authorization", .value = route_.proxy->authorization});
  for (const auto& [name, value] : headers_.current())
    headers.push_back({.name = name, .value = value});
  // Without a tunnel, the proxy needs the whole URL (RFC 9112, section 3.2.2).
  const auto target = through_proxy_ ? route_.endpoint.url() : route_.endpoint.path;
  const net::http1::Request request{.method = "POST", .target = target, .headers = headers, .body = payload.body};
  // The connection was made with other certificates: a new one uses the changed files.
  if (route_.tls != nullptr && route_.tls->changed()) connection_.reset();
  if (net::Clock::now() - last_used_ > idle_max_) connection_.reset();
  for (;;) {
    const bool kept = connection_.has_value();
    if (!kept) {
      auto opened = co_await net::http1::Connection::open(context_, route_, deadline);
      if (!opened) co_return no_answer(operation_, opened.error());
      connection_.emplace(std::move(*opened));
    }
    auto status = co_await connection_->exchange(request, deadline);
    if (!status) {
      // The receiver had closed the kept connection before the request arrived: repeat it on a new connection.
      const bool stale = kept && connection_->nothing_received() && status.error().code == Code::unreachable;
      connection_.reset();
      if (stale) continue;
      co_return no_answer(operation_, status.error());
    }
    auto read = co_await connection_->read_body(answer_, limits::receiver_body_bytes_max);
    if (!read) answer_.clear();
    auto outcome = http_outcome(route_.endpoint,
                                {.status = *status,
                                 .content_type = connection_->header("Content-Type"),
                                 .body = answer_,
                                 .retry_after = connection_->header("Retry-After"),
                                 .location = connection_->header("Location")},
                                system_now());
    if (!connection_->reusable()) connection_.reset();
    last_used_ = net::Clock::now();
    co_return outcome;
  }
}

}  // namespace cspy::otlp
