#include "app/self_report.hpp"

#include <algorithm>
#include <string_view>

#include "base/time.hpp"
#include "base/version.hpp"
#include "metrics/details.hpp"

namespace cspy::app {
namespace {

using metrics::add_detail;
using metrics::Tail;

std::uint64_t nanoseconds(std::chrono::nanoseconds time) {
  return static_cast<std::uint64_t>(std::max(time, std::chrono::nanoseconds{}).count());
}

void add_engine_side(metrics::Sample& sample, const Workers& workers) {
  using docker::Client;
  for (std::size_t i = 0; i < Client::request_count; ++i) {
    const auto request = static_cast<Client::Request>(i);
    const auto& counts = workers.client.counts(request);
    const auto kind = Client::describe(request);
    add_detail(sample, Tail::self_engine_requests, {kind, "answered"}, counts.answered);
    add_detail(sample, Tail::self_engine_requests, {kind, "failed"}, counts.failed);
    add_detail(sample, Tail::self_engine_request_time, {kind}, nanoseconds(counts.time));
  }
  const auto& watch = workers.watch.counts();
  add_detail(sample, Tail::self_engine_connections, {}, watch.sessions);
  add_detail(sample, Tail::self_events, {"read"}, watch.events);
  add_detail(sample, Tail::self_events, {"unreadable"}, watch.unread);
  const auto& collection = workers.collection.counts();
  add_detail(sample, Tail::self_readings, {}, collection.readings);
  add_detail(sample, Tail::self_reading_time, {}, nanoseconds(collection.time));
  add_detail(sample, Tail::self_last_reading_time, {}, nanoseconds(collection.last_time));
  add_detail(sample, Tail::self_containers, {"known"}, collection.known);
  add_detail(sample, Tail::self_containers, {"read"}, collection.read);
  add_detail(sample, Tail::self_containers, {"failed"}, collection.failed);
}

void add_export_side(metrics::Sample& sample, const otlp::Exporter& exporter) {
  constexpr std::array<std::string_view, otlp::Outcome::kind_count> outcomes{"accepted", "retried", "too_large",
                                                                             "refused"};
  const auto& counts = exporter.counts();
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    add_detail(sample, Tail::self_export_requests, {outcomes[i]}, counts.requests[i]);
  add_detail(sample, Tail::self_export_rounds, {"sent"}, counts.rounds_sent);
  add_detail(sample, Tail::self_export_rounds, {"lost"}, counts.rounds_lost);
  add_detail(sample, Tail::self_export_points, {"sent"}, counts.points_sent);
  add_detail(sample, Tail::self_export_points, {"lost"}, counts.points_lost);
  add_detail(sample, Tail::self_export_points, {"rejected"}, counts.points_rejected);
  add_detail(sample, Tail::self_export_bytes, {}, counts.bytes);
  if (counts.last_success != 0) add_detail(sample, Tail::self_export_last_success, {}, counts.last_success);
  const auto& backlog = exporter.backlog();
  const auto now = system_now();
  const auto oldest = backlog.empty() ? now : std::min(now, backlog.rounds().front().round.time);
  add_detail(sample, Tail::self_queue_rounds, {}, backlog.rounds().size());
  add_detail(sample, Tail::self_queue_bytes, {}, backlog.bytes());
  add_detail(sample, Tail::self_queue_limit, {}, backlog.bytes_max());
  add_detail(sample, Tail::self_queue_age, {}, now - oldest);
}

}  // namespace

void add_self(metrics::Sample& sample, const Workers& workers) {
  add_detail(sample, Tail::self_build, {version()}, 1);
  add_detail(sample, Tail::self_log_lines_lost, {}, workers.log_lines_lost);
  add_engine_side(sample, workers);
  if (workers.exporter == nullptr) return;
  add_detail(sample, Tail::self_rounds, {}, workers.rounds);
  add_detail(sample, Tail::self_rounds_skipped, {}, workers.rounds_skipped);
  add_export_side(sample, *workers.exporter);
}

}  // namespace cspy::app
