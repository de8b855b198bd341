#include "docker/watch.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "base/limits.hpp"
#include "base/time.hpp"

namespace cspy::docker {

using net::Clock;
using net::Task;
using net::TimePoint;

namespace {

/// The socket proxy or the engine's version has decided: asking again soon would not help.
bool is_refusal(Code code) {
  return code == Code::forbidden || code == Code::not_found;
}

/// No answer came: the engine itself may be gone.
bool is_absence(Code code) {
  return code == Code::unreachable || code == Code::missing || code == Code::denied;
}

}  // namespace

Watch::Watch(Client& client, metrics::Fleet& fleet, Log& log, Settings settings)
    : client_{client},
      fleet_{fleet},
      log_{log},
      say_{log, client.endpoint()},
      settings_{std::move(settings)},
      backoff_{limits::engine_backoff_min, limits::engine_backoff_max},
      wake_{client.context().io},
      crowded_{settings_.extra_labels},
      excluded_{settings_.which},
      events_wake_{client.context().io},
      list_wake_{client.context().io},
      inspect_wake_{client.context().io},
      rest_wake_{client.context().io} {}

void Watch::stop() {
  stopping_ = true;
  wake_all();
}

void Watch::wake_all() {
  if (stream_) stream_->close();
  wake_.notify();
  events_wake_.notify();
  list_wake_.notify();
  inspect_wake_.notify();
  rest_wake_.notify();
}

void Watch::end(Error error) {
  if (ended_) return;
  ended_ = std::move(error);
  connected_ = false;
  wake_all();
}

void Watch::suspect(const std::string& id) {
  if (!excluded_.contains(id)) inspect_soon(id);
}

void Watch::inspect_soon(const std::string& id) {
  inspections_.add(id, Clock::now());
  inspect_wake_.notify();
}

void Watch::list_and_inspect_all(TimePoint at) {
  inspect_all_ = true;
  list_at_ = std::min(list_at_, std::max(at, Clock::now()));
  list_wake_.notify();
}

Task<void> Watch::run() {
  while (!stopping_) {
    const auto begun = Clock::now();
    auto error = co_await session();
    connected_ = false;
    client_.reset();
    if (stopping_) break;
    // An engine that answers and is gone at once must not be asked again and again.
    if (Clock::now() - begun >= limits::session_good_after) backoff_.reset();
    say_.lost(error);
    last_error_ = std::move(error);
    const auto until = Clock::now() + backoff_.next(settings_.random());
    while (!stopping_ && Clock::now() < until)
      co_await wake_.wait_until(until);
  }
}

/// One life of the connection. Returns why it ended.
Task<Error> Watch::session() {
  ended_.reset();
  stream_tried_ = complete_ = listed_ = false;
  inspect_all_ = true;
  list_at_ = complete_at_ = stream_good_at_ = TimePoint::max();
  inspections_.clear();
  auto engine = co_await client_.negotiate();
  if (!engine) co_return std::move(engine).error();
  engine_ = std::move(*engine);
  connected_ = known_;
  if (stopping_) co_return Error{Code::cancelled, "stopped"};
  co_await net::run_workers(4, [this](std::size_t i) {
    switch (i) {
      case 0: return follow_events();
      case 1: return keep_listing();
      case 2: return inspect();
      default: return ask_rest();
    }
  });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  co_return ended_.value_or(Error{Code::cancelled, "stopped"});
}

// Events.

Task<void> Watch::follow_events() {
  Backoff backoff{limits::events_backoff_min, limits::events_backoff_max};
  while (live()) {
    auto stream = co_await client_.events(settings_.which, settings_.filter);
    if (!live()) break;
    auto pause = backoff.next(settings_.random());
    std::optional<Error> error;
    if (stream) {
      stream_.emplace(std::move(*stream));
      stream_tried_ = true;
      list_and_inspect_all();  // the stream has everything from now on, and the list has everything before
      const auto begun = Clock::now();
      stream_good_at_ = begun + limits::session_good_after;
      rest_wake_.notify();
      error = co_await read_events();
      stream_good_at_ = TimePoint::max();
      stream_.reset();
      if (!live()) break;
      // A stream that has lived is followed by another at once. One that ends again and again is not.
      if (Clock::now() - begun >= limits::session_good_after) {
        backoff.reset();
        pause = {};
      }
      list_and_inspect_all();
    } else {
      error = std::move(stream).error();
      if (!std::exchange(stream_tried_, true)) list_and_inspect_all();
      if (is_refusal(error->code)) pause = limits::refused_retry_interval;
    }
    // Where the engine is gone, the list will tell, and ends the session.
    const bool sure = !is_absence(error->code);
    if (sure) say_.events_fail(*error, settings_.poll_interval);
    const auto until = Clock::now() + pause;
    while (live() && Clock::now() < until)
      co_await events_wake_.wait_until(until);
    if (live() && !sure && pause > pause.zero()) say_.events_fail(*error, settings_.poll_interval);
  }
}

/// Applies events until the stream ends. Returns why it ended.
Task<Error> Watch::read_events() {
  bool loss_told = false;
  for (;;) {
    auto event = co_await stream_->next();
    if (!live()) co_return Error{Code::cancelled, "stopped"};
    if (event) {
      ++counts_.events;
      take_event(*event);
    } else if (event.error().code == Code::malformed) {
      ++counts_.unread;
      if (!std::exchange(loss_told, true)) {
        log_.warn("an event cannot be read: listing and inspecting all containers instead",
                  {{"error", event.error().message}});
      }
      // A flood of broken events must not become a flood of lists.
      list_and_inspect_all(last_list_ + limits::list_pause_min);
    } else {
      co_return std::move(event).error();
    }
    // The engine may send many events at once. Others want to run, too.
    co_await net::pass_turn();
    if (!live()) co_return Error{Code::cancelled, "stopped"};
  }
}

void Watch::take_event(const Event& event) {
  const bool was_excluded = excluded_.contains(event.id);
  const bool was_known = fleet_.find(event.id) != nullptr;
  const bool inspect = apply(event, fleet_, settings_.which);
  const bool known = fleet_.find(event.id) != nullptr;
  const bool leaves = event.excludes() && !known;
  const bool was_awaited = leaves && inspections_.drop(event.id);
  excluded_.take(event, leaves, was_known || was_awaited);
  const bool excluded = was_excluded || excluded_.contains(event.id);
  if (listing_ && touched_.size() < limits::containers_max) touched_.insert_or_assign(event.id, inspect || !excluded);
  if (inspect) {
    inspect_soon(event.id);
  } else if (was_awaited) {
    inspect_wake_.notify();
  } else if (!known && !leaves) {
    // An inspection in progress may have seen it before it ended.
    inspections_.outdate(event.id);
  }
}

// Lists.

Task<void> Watch::keep_listing() {
  Backoff backoff{limits::engine_backoff_min, limits::list_backoff_max};
  while (live()) {
    if (!stream_tried_ || Clock::now() < list_at_) {
      co_await list_wake_.wait_until(stream_tried_ ? list_at_ : TimePoint::max());
      continue;
    }
    co_await list_once();
    if (!live()) break;
    if (list_failing_) {
      list_at_ = Clock::now() + backoff.next(settings_.random());
    } else {
      backoff.reset();
    }
  }
}

/// Lists the containers, and has those inspected that are new or changed.
Task<void> Watch::list_once() {
  const auto now = Clock::now();
  last_list_ = now;
  list_at_ = now + (stream_ ? settings_.reconcile_interval : settings_.poll_interval);
  // A restart under the same id and new limits show only in an inspection, and their events may be lost.
  const bool all = std::exchange(inspect_all_, false) || now >= full_look_at_;
  listing_ = true;
  touched_.clear();
  auto listed = co_await client_.list(settings_.which, settings_.filter);
  listing_ = false;
  if (!live()) co_return;
  if (!listed) {
    inspect_all_ = inspect_all_ || all;
    // Is the engine gone, or does only the list fail?
    auto there = co_await client_.ping();
    if (!live()) co_return;
    if (!there) {
      end(std::move(listed).error());
      co_return;
    }
    if (!std::exchange(list_failing_, true)) {
      log_.warn("cannot list the containers: going on with those that are known, and trying again",
                {{"error", listed.error().message}});
    }
    co_return;
  }
  if (std::exchange(list_failing_, false)) log_.info("can list the containers again", {});
  if (listed->size() >= limits::containers_max && !std::exchange(too_many_told_, true)) {
    log_.warn("the engine has too many containers: the others are ignored",
              {{"containers_max", std::to_string(limits::containers_max)}});
  }
  take_list(*std::move(listed), all);
  if (!std::exchange(listed_, true)) complete_at_ = Clock::now() + limits::complete_time_max;
  inspect_wake_.notify();
}

void Watch::take_list(std::vector<Listed> listed, bool inspect_all) {
  excluded_.take(listed, touched_);
  const auto now = Clock::now();
  for (const auto& id : reconcile(listed, fleet_, touched_))
    inspections_.add(id, now);
  for (const auto& container : listed) {
    if (excluded_.contains(container.id)) {
      inspections_.drop(container.id);
    } else if (inspect_all && container.watched != Watched::no) {
      inspections_.add(container.id, now);
    }
  }
  if (inspect_all) full_look_at_ = now + settings_.reconcile_interval;
}

// Inspections.

Task<void> Watch::inspect() {
  const auto executor = co_await boost::asio::this_coro::executor;
  while (live()) {
    const auto now = Clock::now();
    if (auto id = inspections_.take(now)) {
      auto one = inspect_one(*std::move(id));
      boost::asio::co_spawn(executor, std::move(one), [this](std::exception_ptr error) {
        if (error) failure_ = error;
        inspect_wake_.notify();
      });
      continue;
    }
    if (failure_) end({Code::cancelled, "failed"});
    if (listed_ && !complete_ && (!inspections_.has_untried() || now >= complete_at_)) become_complete();
    if (inspections_.in_progress() == 0) crowded_.say(log_);
    co_await inspect_wake_.wait_until(
        std::min(inspections_.next_due(Clock::now()), complete_ ? TimePoint::max() : complete_at_));
  }
  while (inspections_.in_progress() > 0 && !failure_)
    co_await inspect_wake_.wait();
}

Task<void> Watch::inspect_one(std::string id) {
  auto answer = co_await client_.inspect(id, settings_.rules, settings_.filter);
  if (answer && answer->id != id) answer = fail(Code::malformed, "the answer is about another container");
  const bool told = answer || answer.error().code == Code::not_found;
  const bool current = inspections_.done(id, told, Clock::now());
  if (!live()) co_return;
  if (told) {
    if (current) take_inspection(id, std::move(answer));
    if (!inspections_.has_failed()) inspect_failing_ = false;
  } else if (!std::exchange(inspect_failing_, true)) {
    log_.warn("cannot inspect a container: trying again",
              {{"container", id.substr(0, 12)}, {"error", answer.error().message}});
  }
}

void Watch::take_inspection(const std::string& id, Result<Inspection> answer) {
  excluded_.remove(id);
  if (!answer) {
    fleet_.remove(id);
    return;
  }
  auto container = make_container(engine_, *answer);
  const bool runs = container.subject == metrics::Subject::container;
  if (!runs && settings_.which != Which::all) {
    fleet_.remove(id);
    return;
  }
  if (answer->watched == Watched::no) {
    fleet_.remove(id);
    excluded_.add(id, std::move(container.name));
    return;
  }
  const auto* known = fleet_.find(id);
  if (known == nullptr && fleet_.size() >= limits::containers_max) return;  // the list has warned
  if (runs && settings_.add_local_facts) settings_.add_local_facts(engine_, container);
  // Once a run: the log already has the line for a known run.
  if (runs && (known == nullptr || known->container->started != container.started)) crowded_.add(container);
  fleet_.put(std::make_shared<const metrics::Container>(std::move(container)), answer->health);
}

void Watch::become_complete() {
  complete_ = known_ = connected_ = true;
  ++counts_.sessions;
  last_error_.reset();
  say_.connected(engine_, fleet_.size(), excluded_.size(), stream_.has_value());
  settings_.on_connected(engine_);
}

// The rest.

Task<void> Watch::ask_rest() {
  if (settings_.oom_history) co_await read_history();
  Backoff backoff{limits::info_backoff_min, limits::info_backoff_max};
  const auto pause = [&] {
    return engine_.info_refused ? limits::refused_retry_interval : backoff.next(settings_.random());
  };
  auto info_at = Clock::now() + pause();
  while (live()) {
    co_await rest_wake_.wait_until(std::min(stream_good_at_, engine_.info_known ? TimePoint::max() : info_at));
    if (!live()) break;
    if (Clock::now() >= stream_good_at_) {
      stream_good_at_ = TimePoint::max();
      say_.events_followed();
    }
    if (engine_.info_known || Clock::now() < info_at) continue;
    const bool told = co_await client_.ask_info();
    info_at = Clock::now() + pause();
    if (!told || !live()) continue;
    engine_ = client_.engine();
    log_.info("the engine answers /info now", {});
    if (complete_) settings_.on_connected(engine_);  // it may be another engine than it seemed
    list_and_inspect_all();                          // the paths of the cgroups depend on it
  }
}

/// Reads the OOM kills that the engine remembers from when nobody listened. Without them the counts are only lower.
Task<void> Watch::read_history() {
  const auto since = fleet_.oom_kills().last_event();
  const auto take = [this](const Event& event) { (void)apply(event, fleet_, settings_.which); };
  const auto read = co_await client_.oom_history(since == 0 ? 0 : since + 1, system_now(), take, settings_.filter);
  if (!read) log_.debug("cannot read the engine's past events", {{"error", read.error().message}});
}

}  // namespace cspy::docker
