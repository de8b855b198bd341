#include "app/daemon.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <utility>

#include "base/limits.hpp"
#include "base/version.hpp"
#include "otlp/resource.hpp"

namespace cspy::app {
namespace {

using net::Clock;
using net::Task;
using net::TimePoint;
using std::chrono::milliseconds;

milliseconds poll_interval(milliseconds export_interval) {
  return std::clamp(export_interval, milliseconds{limits::poll_interval_min}, milliseconds{limits::poll_interval_max});
}

std::string_view instance_of(const KeyValues& identity) {
  const auto found = std::ranges::find(identity, "service.instance.id", &KeyValues::value_type::first);
  return found == identity.end() ? std::string_view{} : std::string_view{found->second};
}

}  // namespace

Daemon::Daemon(const Options& options, Log& log, std::uint32_t seed)
    : options_{options},
      log_{log},
      random_{seed},
      host_{options_, log},
      client_{engine_side_, options.docker_socket},
      watch_{client_,
             fleet_,
             log,
             {.poll_interval = poll_interval(options.otlp_export_interval),
              .random = [this] { return random(); },
              .on_connected = [this](const docker::Engine& engine) { on_connected(engine); },
              .which = options.all_containers ? docker::Which::all : docker::Which::running,
              .rules = options.label_rules,
              .filter = options.containers,
              .extra_labels = options.extra_labels.size(),
              .oom_history = options.metrics.any(metrics::Group::oom_event),
              .add_local_facts = [this](const docker::Engine& engine,
                                        metrics::Container& container) { host_.add_local_facts(engine, container); }}},
      collection_{io_, options_, client_, watch_, fleet_, host_, log},
      surroundings_{options_, host_, fleet_},
      export_side_{io_, options_, log,
                   [this](std::vector<metrics::Ending> endings) {
                     surroundings_.restore(endings);
                     fleet_.restore(std::move(endings));
                   },
                   [this] { return random(); }},
      exporter_{export_side_.exporter()},
      ticking_{options.push} {
  // systemd may pass sockets instead.
  if (!options_.listen.empty() || std::getenv("LISTEN_FDS") != nullptr) {
    serve_side_.emplace(io_, options_, log,
                        ServeSide::Parts{.collection = collection_,
                                         .watch = watch_,
                                         .fleet = fleet_,
                                         .host = host_,
                                         .exporter = options_.push ? &exporter_ : nullptr,
                                         .add_to_agent = [this](metrics::Sample& sample) { report_self(sample); }});
  }
  const auto& wanted = options_.metrics;
  if (!options_.disk_usage || !(wanted.any(metrics::Group::disk) || wanted.any(metrics::Group::engine_disk))) return;
  disk_usage_.emplace(
      disk_side_, options_.docker_socket, log_,
      docker::DiskUsage::Settings{.interval = options_.disk_usage_interval,
                                  .which = options_.all_containers ? docker::Which::all : docker::Which::running,
                                  .engine = [this] { return watch_.engine(); }});
  host_.set_sizes([this](const metrics::Container& container, metrics::Sample& sample, std::string_view device) {
    if (const auto sizes = disk_usage_->of(container.id)) docker::add_sizes(sample, *sizes, device);
  });
}

Result<void> Daemon::prepare() {
  if (auto opened = host_.prepare(); !opened) return opened;
  if (serve_side_) {
    if (auto opened = serve_side_->prepare(); !opened) return opened;
    if (!serve_side_->listens()) serve_side_.reset();
  }
  if (!options_.push && !serve_side_) {
    return fail(Code::invalid,
                "otlp_endpoint: nothing is pushed, and nothing listens either; set listen, or another otlp_endpoint");
  }
  return options_.push ? export_side_.prepare() : Result<void>{};
}

void Daemon::run() {
  log_.info("starting", {{"version", std::string{version()}},
                         {"engine", options_.docker_socket.text()},
                         {"otlp_endpoint", options_.push ? options_.otlp_endpoint.text() : "none"},
                         {"interval_ms", std::to_string(options_.otlp_export_interval.count())}});
  spawn(watch_.run());
  if (options_.push) {
    spawn(tick());
    spawn(exporter_.run());
  }
  if (serve_side_) spawn(serve_side_->run());
  if (disk_usage_) spawn(disk_usage_->run());
  boost::asio::co_spawn(io_, await_signal(), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  net::run_loop(io_);
  if (failure_) std::rethrow_exception(failure_);
  const auto& sent = exporter_.counts();
  std::uint64_t requests = 0;
  for (std::size_t i = 0; i < docker::Client::request_count; ++i) {
    const auto& counts = client_.counts(static_cast<docker::Client::Request>(i));
    requests += counts.answered + counts.failed;
  }
  const auto& stats = client_.counts(docker::Client::Request::stats);
  log_.info("stopped", {{"rounds_sent", std::to_string(sent.rounds_sent)},
                        {"rounds_lost", std::to_string(sent.rounds_lost)},
                        {"rounds_kept", std::to_string(sent.rounds_kept)},
                        {"rounds_skipped", std::to_string(rounds_skipped_)},
                        {"points_sent", std::to_string(sent.points_sent)},
                        {"bytes", std::to_string(sent.bytes)},
                        {"stats_requests", std::to_string(stats.answered + stats.failed)},
                        {"other_requests", std::to_string(requests - stats.answered - stats.failed)}});
}

/// Starts one of the program's coroutines. The loop ends after the last coroutine has ended. If one fails, the whole
/// program ends.
void Daemon::spawn(Task<void> task) {
  ++running_;
  boost::asio::co_spawn(io_, std::move(task), [this](std::exception_ptr error) {
    --running_;
    progress_.notify();
    if (error) {
      failure_ = error;
      io_.stop();
    }
    if (running_ == 0) signals_.cancel();
  });
}

/// Reads at fixed times. The first round starts once the fleet is complete.
Task<void> Daemon::tick() {
  const auto interval = options_.otlp_export_interval;
  const auto share = std::chrono::duration_cast<milliseconds>(interval * limits::round_share_of_interval);
  const auto reading = std::max(share, milliseconds{limits::round_time_min});
  while (!stopping_ && watch_.known_engine() == nullptr)
    co_await tick_alarm_.wait();
  auto next = Clock::now();
  while (!stopping_) {
    co_await round({.all = next + reading, .stuck = next + share}, interval);
    next += interval;
    const auto late = Clock::now() - next;
    const auto skipped = late > Clock::duration::zero() ? late / interval + 1 : 0;
    say_skipped(skipped);
    next += skipped * interval;
    while (!stopping_ && Clock::now() < next)
      co_await tick_alarm_.wait_until(next);
  }
  const auto remaining = std::chrono::duration_cast<milliseconds>(stop_at_ - Clock::now());
  if (remaining > milliseconds::zero()) co_await round({.all = stop_at_, .stuck = stop_at_}, remaining);
  ticking_ = false;
  exporter_.close();
}

/// One round: reads, closes, hands over. A shorter `time_for_reading` makes more reads run at once.
Task<void> Daemon::round(docker::RoundReader::Deadlines deadlines, milliseconds time_for_reading) {
  collection_.hurry(deadlines.all);  // a scrape's reading that is in progress becomes this round's
  auto collected = co_await collection_.read(deadlines, time_for_reading);
  if (!collected) collected = std::make_shared<const Collected>(Collected{.readings = {}, .time = system_now()});
  if (collection_.engine_is_reachable())
    log_.debug("round read", {{"containers", std::to_string(collected->readings.size())}});
  take_identity(collected->time);
  auto round = fleet_.close_round(collected->time, collected->readings);
  say_clock(round.time - std::min(round.time, collected->time));
  // Until the engine is known, the name of its host is missing, and nothing can be sent under it.
  if (identity_) {
    Surroundings::Found found{.engine = collection_.engine_is_reachable() ? watch_.known_engine() : nullptr,
                              .all_read = collected->complete,
                              .deadline = deadlines.all,
                              .add_to_agent = [this](metrics::Sample& sample) { report_self(sample); },
                              .excludes = [this](std::string_view id) { return watch_.excluded().contains(id); }};
    co_await surroundings_.add_to(round, std::move(found));
  }
  round.identity = identity_;
  ++rounds_;
  exporter_.push(std::move(round));
}

/// From this round on, the identity is the one that the engine has told. Where the one before was a guess, the series
/// exist under another instance: they end there.
void Daemon::take_identity(UnixNanos time) {
  if (!next_identity_) return;
  if (identity_ && instance_of(*identity_) != instance_of(*next_identity_)) {
    auto last = fleet_.end_all(time);
    surroundings_.end_all(last);
    last.identity = identity_;
    exporter_.push(std::move(last));
  }
  identity_ = std::exchange(next_identity_, nullptr);
}

void Daemon::report_self(metrics::Sample& sample) const {
  if (disk_usage_) docker::add_totals(sample, disk_usage_->totals());
  if (!options_.metrics.any(metrics::Group::self)) return;
  add_self(sample, {.client = client_,
                    .watch = watch_,
                    .collection = collection_,
                    .exporter = options_.push ? &exporter_ : nullptr,
                    .rounds = rounds_,
                    .rounds_skipped = rounds_skipped_,
                    .log_lines_lost = log_.lines_lost()});
}

Task<void> Daemon::await_signal() {
  auto [error, signal] =
      co_await signals_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable_t<net::Executor>{}));
  if (error) co_return;  // All coroutines have ended without a signal.
  log_.info("stopping", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
  const auto begun = Clock::now();
  stopping_ = true;
  stop_at_ = begun + limits::last_round_time_max;
  collection_.stop();
  if (serve_side_) serve_side_->stop(stop_at_);
  watch_.stop();
  if (disk_usage_) disk_usage_->stop();
  disk_side_.deadlines.expire_all();
  collection_.hurry(stop_at_);
  surroundings_.hurry(stop_at_);
  tick_alarm_.notify();
  while (ticking_ && Clock::now() < stop_at_)
    co_await progress_.wait_until(stop_at_);
  engine_side_.deadlines.expire_all();
  disk_side_.deadlines.expire_all();
  const auto end = begun + limits::shutdown_time_max;
  while (running_ > 0 && Clock::now() < end)
    co_await progress_.wait_until(end);
  exporter_.abandon();
  export_side_.expire_all();
  if (serve_side_) serve_side_->expire_all();
  engine_side_.deadlines.expire_all();
  disk_side_.deadlines.expire_all();
}

void Daemon::on_connected(const docker::Engine& engine) {
  host_.meet(engine, std::ranges::any_of(fleet_.entries(), [](const auto& entry) {
               return entry.second.container->subject == metrics::Subject::container;
             }));
  // The identity is this agent's. It stays, even if another engine comes back later, unless it was a guess.
  if ((!identity_ && !next_identity_) || (identity_guessed_ && !engine.name.empty())) {
    next_identity_ = std::make_shared<const KeyValues>(resource_for(engine));
    identity_guessed_ = engine.name.empty();
    if (engine.info_refused) say_instance(engine);
  }
  if (disk_usage_) disk_usage_->connected();
  tick_alarm_.notify();
}

otlp::Resource Daemon::resource_for(const docker::Engine& engine) const {
  // The engine's host name. Ours is a container's and changes with each deployment.
  return otlp::resource_of({.host = engine.name.empty() ? host_.machine().name : engine.name,
                            .service_name = options_.service_name,
                            .instance_id = options_.instance_id,
                            .attributes = options_.resource_attributes});
}

/// Without the engine's host name, the resource has ours, which is that of a container.
void Daemon::say_instance(const docker::Engine& engine) {
  const auto given =
      std::ranges::find(options_.resource_attributes, "service.instance.id", &KeyValues::value_type::first);
  const bool named = given != options_.resource_attributes.end() && !given->second.empty();
  if (!engine.name.empty() || !options_.instance_id.empty() || named) return;
  log_.warn(
      "the engine does not report the name of its host: the label instance is the name of ContainerSpy's own host, "
      "which changes with each new container",
      {{"instance", host_.machine().name}, {"remedy", "set instance_id, or allow INFO=1 at the socket proxy"}});
}

void Daemon::say_skipped(std::int64_t rounds) {
  rounds_skipped_ += static_cast<std::uint64_t>(rounds);
  switch (rounds_skipping_.update(rounds > 0)) {
    case Trouble::Change::began:
      log_.warn("a round took longer than the interval: skipping rounds",
                {{"skipped", std::to_string(rounds)}, {"remedy", "lengthen otlp_export_interval"}});
      break;
    case Trouble::Change::ended:
      log_.info("rounds are on time again", {{"skipped", std::to_string(rounds_skipped_)}});
      break;
    case Trouble::Change::none: break;
  }
}

/// `ahead`: how far the round's time is ahead of the clock.
void Daemon::say_clock(UnixNanos ahead) {
  switch (clock_back_.update(std::chrono::nanoseconds{ahead} > limits::clock_step_logged_min)) {
    case Trouble::Change::began:
      log_.warn("the system clock went back: the times of rounds stay just after the last round until it has caught up",
                {{"seconds", std::to_string(ahead / nanos_per_second)}});
      break;
    case Trouble::Change::ended: log_.info("the system clock has caught up with the last round"); break;
    case Trouble::Change::none: break;
  }
}

}  // namespace cspy::app
