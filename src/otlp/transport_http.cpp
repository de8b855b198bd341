#include "otlp/transport_http.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/limits.hpp"
#include "base/version.hpp"

namespace cspy::otlp {

using net::Clock;
using net::Task;

HttpTransport::HttpTransport(net::Context& context, Endpoint endpoint)
    : context_{context},
      endpoint_{std::move(endpoint)},
      operation_{"POST " + endpoint_.text()},
      user_agent_{fmt::format("ContainerSpy/{0} OTel-OTLP-Exporter-Cpp/{0}", version())} {}

Task<Outcome> HttpTransport::send(std::string_view body, std::string_view content_type) {
  const auto deadline = Clock::now() + limits::export_request_time_max;
  const std::array headers{net::http1::Header{.name = "Content-Type", .value = content_type},
                           net::http1::Header{.name = "User-Agent", .value = user_agent_}};
  const net::http1::Request request{.method = "POST", .target = endpoint_.path, .headers = headers, .body = body};
  for (;;) {
    const bool kept = connection_.has_value();
    if (!kept) {
      auto opened = co_await net::http1::Connection::open(context_, endpoint_, deadline);
      if (!opened) co_return no_answer(operation_, opened.error());
      connection_.emplace(std::move(*opened));
    }
    auto status = co_await connection_->exchange(request, deadline);
    if (!status) {
      // A kept connection that the receiver has closed meanwhile has not taken the request: a fresh one may.
      const bool stale = kept && connection_->nothing_received() && status.error().code == Code::unreachable;
      connection_.reset();
      if (stale) continue;
      co_return no_answer(operation_, status.error());
    }
    auto read = co_await connection_->read_body(answer_, limits::collector_body_bytes_max);
    if (!read) answer_.clear();
    auto outcome = http_outcome(operation_, *status, connection_->header("Content-Type"), answer_,
                                connection_->header("Retry-After"), system_now());
    if (!connection_->reusable()) connection_.reset();
    co_return outcome;
  }
}

}  // namespace cspy::otlp
