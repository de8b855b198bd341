#include "app/serve_side.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "app/process_families.hpp"
#include "base/limits.hpp"
#include "base/version.hpp"
#include "serve/exposition.hpp"
#include "serve/text_format.hpp"

namespace cspy::app {

using net::Clock;
using net::Task;
using net::TimePoint;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view index{
    "/healthz   whether the program runs\n"
    "/readyz    whether the engine is connected and deliveries succeed\n"};

/// How long a scrape may read: less than its client waits, so that the answer arrives in time.
milliseconds reading_time(std::optional<milliseconds> scrape_timeout) {
  const milliseconds max{limits::scrape_time_max};
  if (!scrape_timeout) return max;
  return std::clamp(*scrape_timeout - std::max<milliseconds>(limits::scrape_margin, *scrape_timeout / 10),
                    milliseconds{limits::scrape_time_min}, max);
}

Error named(std::string_view key, Error error) {
  error.message = std::string{key} + ": " + error.message;
  return error;
}

}  // namespace

ServeSide::ServeSide(boost::asio::io_context& io, const Options& options, Log& log, Parts parts)
    : options_{options},
      log_{log},
      parts_{std::move(parts)},
      context_{io},
      surroundings_{options, parts_.host, parts_.fleet},
      flight_{io},
      server_{context_, log, routes()} {}

serve::Router ServeSide::routes() {
  serve::Router router{options_.path_prefix};
  router.add({.path = "/", .handler = [this](serve::Request) -> Task<serve::Response> {
                co_return serve::Response{.body = "ContainerSpy " + std::string{version()} + "\n\n" +
                                                  options_.metrics_path + "   all metrics, for Prometheus\n" +
                                                  std::string{index}};
              }});
  router.add({.path = options_.metrics_path,
              .handler = [this](serve::Request request) { return metrics(std::move(request)); }});
  router.add({.path = "/healthz",
              .handler = [](serve::Request) -> Task<serve::Response> { co_return serve::Response{.body = "ok\n"}; },
              .open = true});
  router.add({.path = "/readyz", .handler = [this](serve::Request) { return ready(); }, .open = true});
  return router;
}

Result<void> ServeSide::prepare() {
  if (!options_.listen_certificate.empty()) {
    tls_ = std::make_unique<net::Tls>(net::TlsSettings{.ca_file = options_.listen_client_ca,
                                                       .certificate_file = options_.listen_certificate,
                                                       .key_file = options_.listen_key,
                                                       .side = net::Side::server},
                                      log_);
    if (auto secured = server_.secure_with(*tls_); !secured)
      return std::unexpected{named("listen_certificate", std::move(secured).error())};
  }
  auto passed = serve::passed_listeners(std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"));
  if (!passed) return std::unexpected{named("listen", std::move(passed).error())};
  if (!passed->empty()) {
    server_.adopt(*std::move(passed));
  } else if (auto opened = server_.open(options_.listen); !opened) {
    return std::unexpected{named("listen", std::move(opened).error())};
  }
  if (!listens()) return {};
  std::string addresses;
  for (const auto& address : server_.addresses())
    addresses += (addresses.empty() ? "" : ", ") + address;
  log_.info("listening", {{"addresses", addresses}});
  return {};
}

void ServeSide::stop(TimePoint deadline) {
  surroundings_.hurry(deadline);
  server_.stop();
}

Task<serve::Response> ServeSide::metrics(serve::Request request) {
  const auto snapshot_of_all = co_await snapshot(Clock::now() + reading_time(request.scrape_timeout));
  if (!snapshot_of_all)
    co_return serve::plain_response(503, "the reading in progress has not ended in time; lengthen scrape_timeout");
  serve::Exposition text{snapshot_of_all->readings, options_.metrics, snapshot_of_all->time, process_families(),
                         options_.extra_labels};
  co_return serve::Response{
      .content_type = std::string{serve::text_format_content_type},
      .source = [text = std::move(text)](std::string& piece) mutable { return text.next(piece); }};
}

Task<serve::Response> ServeSide::ready() {
  Condition condition{.engine_connected = parts_.watch.engine() != nullptr,
                      .engine_error = parts_.watch.last_error(),
                      .pushes = parts_.exporter != nullptr};
  if (parts_.exporter != nullptr) {
    condition.push_failing_since = parts_.exporter->counts().failing_since;
    condition.push_error = parts_.exporter->last_error();
  }
  auto why = why_not_ready(condition, Clock::now());
  if (!why) co_return serve::Response{.body = "ready\n"};
  co_return serve::Response{.status = 503, .body = *std::move(why)};
}

Task<std::shared_ptr<const ServeSide::Snapshot>> ServeSide::snapshot(TimePoint deadline) {
  if (last_ && Clock::now() - last_->made < options_.scrape_max_age) co_return last_;
  last_ = nullptr;
  auto made = co_await flight_.run(deadline, [this, deadline] { return make_snapshot(deadline); });
  if (made) last_ = made;
  co_return made;
}

Task<ServeSide::Snapshot> ServeSide::make_snapshot(TimePoint deadline) {
  const auto now = Clock::now();
  const auto time = std::chrono::duration_cast<milliseconds>(deadline - now);
  const auto share = std::chrono::duration_cast<milliseconds>(time * limits::round_share_of_interval);
  const auto collected = co_await parts_.collection.read({.all = deadline, .stuck = now + share}, time);
  metrics::Round round;
  round.time = collected ? collected->time : system_now();
  if (collected) round.readings = collected->readings;
  if (!options_.push) round = parts_.fleet.close_round(round.time, std::move(round.readings));
  co_await surroundings_.add_to(
      round, {.engine = parts_.collection.engine_is_reachable() ? parts_.watch.known_engine() : nullptr,
              .all_read = collected && collected->complete,
              .deadline = deadline,
              .add_to_agent = parts_.add_to_agent,
              .excludes = [this](std::string_view id) { return parts_.watch.excluded().contains(id); }});
  co_return Snapshot{.readings = std::move(round.readings), .time = round.time, .made = Clock::now()};
}

}  // namespace cspy::app
