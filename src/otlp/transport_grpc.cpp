#include "otlp/transport_grpc.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "net/tls.hpp"
#include "otlp/grpc.hpp"

namespace cspy::otlp {
namespace {

constexpr std::string_view method{"/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"};

/// The endpoint without its path, for errors: gRPC ignores the path.
std::string base_url(const Endpoint& endpoint) {
  if (endpoint.kind == Endpoint::Kind::unix_socket) return endpoint.path;
  return fmt::format("{}://{}", endpoint.kind == Endpoint::Kind::tls ? "https" : "http", endpoint.authority());
}

}  // namespace

using net::Task;

GrpcTransport::GrpcTransport(net::Context& context, net::Route route, RequestHeaders& headers,
                             net::Clock::duration idle_max)
    : context_{context},
      route_{std::move(route)},
      headers_{headers},
      operation_{"gRPC " + base_url(route_.endpoint)},
      user_agent_{user_agent()},
      idle_max_{idle_max} {}

void GrpcTransport::drop_stale_connection() {
  const bool renewed = route_.tls != nullptr && route_.tls->changed();
  if (connection_ && (renewed || !connection_->reusable())) connection_.reset();
}

Task<Outcome> GrpcTransport::send(Payload payload, net::TimePoint deadline) {
  const auto prefix = grpc_prefix(payload.body.size(), payload.gzip);
  const std::array<std::string_view, 2> body{std::string_view{prefix.data(), prefix.size()}, payload.body};
  const auto timeout = grpc_timeout(deadline - net::Clock::now());
  std::vector<net::http2::Header> headers{{.name = "content-type", .value = "application/grpc"},
                                          {.name = "te", .value = "trailers"},
                                          {.name = "user-agent", .value = user_agent_},
                                          {.name = "grpc-timeout", .value = timeout}};
  if (payload.gzip) headers.push_back({.name = "grpc-encoding", .value = "gzip"});
  for (const auto& [name, value] : headers_.current())
    headers.push_back({.name = name, .value = value});
  const net::http2::Request request{.path = method, .headers = headers, .body = body};
  const auto answer = co_await call(request, deadline);
  if (!answer) co_return grpc_no_answer(operation_, answer.error());
  // An answer that is a trailer only has all headers there. Some proxies turn trailers into headers.
  const auto text = [&](std::string_view name) {
    const auto trailer = answer->trailer(name);
    return trailer.empty() ? answer->header(name) : trailer;
  };
  co_return grpc_outcome(operation_, {.http_status = answer->status,
                                      .content_type = text("content-type"),
                                      .status = text("grpc-status"),
                                      .message = text("grpc-message"),
                                      .details = text("grpc-status-details-bin"),
                                      .body = answer->body,
                                      .reset_code = answer->reset_code});
}

Task<Result<net::http2::Answer>> GrpcTransport::call(net::http2::Request request, net::TimePoint deadline) {
  drop_stale_connection();
  if (net::Clock::now() - last_used_ > idle_max_) connection_.reset();
  for (;;) {
    const bool kept = connection_.has_value();
    if (!kept) {
      auto opened = co_await net::http2::Connection::open(context_, route_, deadline);
      if (!opened) co_return std::unexpected{std::move(opened).error()};
      connection_.emplace(std::move(*opened));
    }
    auto answer = co_await connection_->exchange(request, deadline, limits::receiver_body_bytes_max);
    // close() may have been called in the meantime.
    const bool again = kept && !answer && connection_ && connection_->safe_to_repeat();
    drop_stale_connection();
    last_used_ = net::Clock::now();
    if (!again) co_return answer;
    connection_.reset();
  }
}

}  // namespace cspy::otlp
