#include "docker/watch.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "docker/changes.hpp"
#include "docker/remedy.hpp"

namespace cspy::docker {

using net::Clock;
using net::Task;
using net::TimePoint;

Watch::Watch(Client& client, metrics::Fleet& fleet, Log& log, Settings settings)
    : client_{client},
      fleet_{fleet},
      log_{log},
      settings_{std::move(settings)},
      backoff_{limits::engine_backoff_min, limits::engine_backoff_max},
      wake_{client.context().io} {}

void Watch::stop() {
  stopping_ = true;
  if (stream_) stream_->close();
  wake_.notify();
}

void Watch::suspect(std::string id) {
  pending_.insert(std::move(id));
  wake_.notify();
}

Task<void> Watch::run() {
  while (!stopping_) {
    auto error = co_await session();
    connected_ = false;
    client_.reset();
    if (stopping_) break;
    say_lost(error);
    const auto until = Clock::now() + backoff_.next(settings_.random());
    while (!stopping_ && Clock::now() < until)
      co_await wake_.wait_until(until);
  }
}

/// One life of the connection. Returns why it ended.
Task<Error> Watch::session() {
  stream_.reset();
  ended_.reset();
  events_.clear();
  events_lost_ = false;
  pending_.clear();
  auto engine = co_await client_.negotiate();
  if (!engine) co_return std::move(engine).error();
  engine_ = std::move(*engine);
  // Subscribe first: the stream has everything from now on, and the list has everything before.
  if (auto opened = co_await open_events(); !opened) co_return std::move(opened).error();
  if (settings_.oom_history) co_await read_history();
  if (stopping_) co_return Error{Code::cancelled, "stopped"};
  co_await net::run_workers(stream_ ? 2 : 1, [this](std::size_t i) { return i == 0 ? follow() : read_events(); });
  stream_.reset();
  co_return ended_.value_or(Error{Code::cancelled, "stopped"});
}

Task<Result<void>> Watch::open_events() {
  auto stream = co_await client_.events(settings_.which);
  if (stream) {
    stream_.emplace(std::move(*stream));
    co_return Result<void>{};
  }
  const auto code = stream.error().code;
  if (code != Code::forbidden && code != Code::not_found) co_return std::unexpected{std::move(stream).error()};
  log_.warn("the engine refuses event streams: polling the list of containers instead",
            {{"error", stream.error().message},
             {"interval_ms", std::to_string(settings_.poll_interval.count())},
             {"remedy", "allow EVENTS=1 at the socket proxy"}});
  co_return Result<void>{};
}

/// Reads the OOM kills that the engine remembers from when nobody listened. Without them the counts are only lower.
Task<void> Watch::read_history() {
  const auto since = fleet_.oom_kills().last_event();
  const auto events = co_await client_.oom_history(since == 0 ? 0 : since + 1, system_now());
  if (!events) {
    log_.debug("cannot read the engine's past events", {{"error", events.error().message}});
    co_return;
  }
  for (const auto& event : *events)
    (void)apply(event, fleet_, settings_.which);
}

/// Moves events from the stream into events_ until the stream or the session ends.
Task<void> Watch::read_events() {
  while (!ended_ && !stopping_) {
    auto event = co_await stream_->next();
    if (ended_ || stopping_) break;
    if (event && events_.size() < limits::events_queued_max) {
      events_.push_back(std::move(*event));
    } else if (event || event.error().code == Code::malformed) {
      // A list finds what the lost events would have reported.
      if (!events_lost_)
        log_.warn("lost some events: listing all containers",
                  {{"error", event ? "too many at once" : event.error().message}});
      events_lost_ = true;
      events_.clear();
    } else {
      ended_ = std::move(event).error();
    }
    wake_.notify();
  }
}

/// Keeps the fleet true until the connection is lost or the program stops.
Task<void> Watch::follow() {
  auto listed = co_await relist(true);
  if (listed && !stopping_) {
    connected_ = true;
    backoff_.reset();
    say_connected();
    settings_.on_connected(engine_);
  }
  while (listed && !ended_ && !stopping_) {
    co_await wake_.wait_until(pending_.empty() ? relist_at_ : std::min(relist_at_, retry_at_));
    if (ended_ || stopping_) break;
    take_events();
    if (events_lost_ || Clock::now() >= relist_at_) {
      listed = co_await relist(false);
    } else {
      co_await inspect_pending();
    }
  }
  if (!listed && !ended_) ended_ = std::move(listed).error();
  if (!ended_) ended_ = Error{Code::cancelled, "stopped"};
  if (stream_) stream_->close();
}

void Watch::take_events() {
  for (const auto& event : std::exchange(events_, {})) {
    if (apply(event, fleet_, settings_.which)) {
      pending_.insert(event.id);
      retry_at_ = {};
    }
  }
}

/// Lists the containers, and inspects those that are new or changed. `inspect_all`: inspects the known ones too,
/// because they may have restarted while nobody looked. Without events, this also happens from time to time.
Task<Result<void>> Watch::relist(bool inspect_all) {
  events_lost_ = false;
  auto listed = co_await client_.list(settings_.which);
  if (!listed) co_return std::unexpected{std::move(listed).error()};
  const auto now = Clock::now();
  inspect_all = inspect_all || (!stream_ && now >= full_look_at_);
  auto fresh = reconcile(*listed, fleet_);
  pending_.insert(fresh.begin(), fresh.end());
  if (inspect_all) {
    for (const auto& container : *listed)
      pending_.insert(container.id);
    full_look_at_ = now + limits::reconcile_interval;
  }
  relist_at_ = now + (stream_ ? limits::reconcile_interval : settings_.poll_interval);
  retry_at_ = {};
  co_await inspect_pending();
  co_return Result<void>{};
}

Task<void> Watch::inspect_pending() {
  if (pending_.empty() || Clock::now() < retry_at_) co_return;
  batch_.assign(pending_.begin(), pending_.end());
  pending_.clear();
  const auto workers = std::min(batch_.size(), limits::inspect_concurrency);
  co_await net::run_workers(workers, [this](std::size_t) { return inspect_worker(); });
  crowded_.say(log_);
  if (pending_.empty()) inspect_failing_ = false;
  retry_at_ = Clock::now() + limits::inspect_retry_interval;
}

Task<void> Watch::inspect_worker() {
  while (!batch_.empty() && !ended_ && !stopping_) {
    auto id = std::move(batch_.front());
    batch_.pop_front();
    co_await inspect_one(std::move(id));
  }
}

Task<void> Watch::inspect_one(std::string id) {
  auto inspection = co_await client_.inspect(id, settings_.rules);
  if (inspection && inspection->id == id) {
    auto container = make_container(engine_, *inspection);
    const bool runs = container.subject == metrics::Subject::container;
    if (runs && settings_.add_local_facts) settings_.add_local_facts(engine_, container);
    // Once a run: the log already has the line for a known run.
    const auto* known = fleet_.find(id);
    if (runs && (known == nullptr || known->container->started != container.started)) crowded_.add(container);
    if (runs || settings_.which == Which::all) {
      fleet_.put(std::make_shared<const metrics::Container>(std::move(container)), inspection->health);
    } else {
      fleet_.remove(id);
    }
    co_return;
  }
  if (!inspection && inspection.error().code == Code::not_found) {
    fleet_.remove(id);
    co_return;
  }
  const auto reason = inspection ? "the answer is about another container" : inspection.error().message;
  if (!std::exchange(inspect_failing_, true)) {
    log_.warn("cannot inspect a container: trying again", {{"container", id.substr(0, 12)}, {"error", reason}});
  }
  pending_.insert(std::move(id));
}

void Watch::say_connected() {
  state_ = State::connected;
  log_.info("engine connected", {{"address", client_.endpoint().text()},
                                 {"version", engine_.version},
                                 {"api", engine_.api().text()},
                                 {"cgroup", std::to_string(engine_.cgroup_version)},
                                 {"containers", std::to_string(fleet_.size())},
                                 {"events", stream_ ? "followed" : "refused"}});
  if (engine_.info_known && !engine_.memory_limits && !engine_.windows) {
    log_.warn("the engine's kernel does not count memory: memory metrics are missing",
              {{"remedy", "boot the kernel with cgroup_enable=memory; on a Raspberry Pi add it to /boot/cmdline.txt"}});
  }
  if (!engine_.info_known) {
    log_.warn("the engine refuses /info: the id label assumes the systemd cgroup driver and cgroup v2",
              {{"remedy", "allow INFO=1 at the socket proxy"}});
  }
}

void Watch::say_lost(const Error& error) {
  const auto state = error.code == Code::denied ? State::denied
                     : error.code == Code::unreachable || error.code == Code::missing || error.code == Code::timeout
                         ? State::away
                         : State::wrong;
  if (state == state_) return;
  const bool first = state_ == State::unknown;
  state_ = state;
  const auto advice = remedy(error.code, client_.endpoint(), socket_access(client_.endpoint()));
  const std::string_view message = state == State::denied ? "no permission to use the engine's socket"
                                   : first                ? "engine not reachable yet: trying again until it answers"
                                                          : "engine lost: trying again until it is back";
  if (advice.empty()) {
    log_.warn(message, {{"error", error.message}});
  } else {
    log_.warn(message, {{"error", error.message}, {"remedy", advice}});
  }
}

}  // namespace cspy::docker
