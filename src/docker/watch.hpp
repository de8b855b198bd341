// Keeps the fleet true: follows the engine's events, lists and inspects containers, and reconnects for as long as the
// program runs.
//
// States:
//
// - disconnected: between two sessions. run() waits for the backoff. The fleet stays as it was last known.
// - negotiating: session() has emptied events_, pending_, stream_ and ended_. It asks the engine what it is, subscribes
//   to its events, and reads the past OOM kills.
// - listing: follow() lists and inspects all containers. read_events() already collects events.
// - following: connected_ is set, and on_connected has been called. follow() applies events, retries failed
//   inspections, and lists again: from time to time, after lost events, or at each poll_interval if the engine refuses
//   events.
// - stopped: stop() has set stopping_. Every coroutine ends after its current await.
//
// Invariants between two awaits:
//
// - connected_ is set only after the first list of the session was read and inspected, and cleared when the session
//   ends. While it is set and ended_ is not, each container of the last list is in the fleet; or its id is in pending_,
//   in batch_ or being inspected; or an event or an inspection has removed it. engine_ changes only while connected_ is
//   not set.
// - stream_ is opened before the first list, so the list and the stream together miss nothing. It is destroyed only
//   after follow() and read_events() have ended. Without it, the list is polled.
// - Only read_events() adds to events_, and only take_events(), called by follow(), applies them. So events that arrive
//   while follow() lists or inspects wait, and are applied afterwards. docker/changes ignores an event from before the
//   known run. If events are lost, events_ is emptied and events_lost_ is set. relist() clears it before it asks for
//   the list, so a loss during the list causes another list.
// - pending_ has the ids to inspect. inspect_pending() moves all of them into batch_. A worker takes an id out of
//   batch_, and puts it back into pending_ if the inspection fails. Only suspect() can put an id into pending_ that is
//   still in batch_; that container is inspected twice. What an ended session left in batch_ is never read.
// - ended_ is set once a session, by the first of follow() and read_events() that sees the end. Then both end.
// - suspect() may be called in any state. It only adds to pending_ and wakes follow(). A new session empties pending_,
//   but inspects every container anyway.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/backoff.hpp"
#include "base/log.hpp"
#include "docker/client.hpp"
#include "docker/engine.hpp"
#include "docker/label_count.hpp"
#include "docker/label_rules.hpp"
#include "metrics/fleet.hpp"
#include "net/context.hpp"

namespace cspy::docker {

class Watch {
 public:
  struct Settings {
    std::chrono::milliseconds poll_interval;          ///< between two lists, if the engine refuses events
    std::function<double()> random;                   ///< in [0, 1), for the backoff
    std::function<void(const Engine&)> on_connected;  ///< called after each (re)connect, once the fleet is complete
    Which which = Which::running;
    LabelRules rules = {};     ///< select the labels of containers
    bool oom_history = false;  ///< whether to read the OOM kills from before the session
    /// Adds what this machine knows about a running container, besides the engine. May be empty.
    std::function<void(const Engine&, metrics::Container&)> add_local_facts = {};
  };

  /// All references must outlive run().
  Watch(Client& client, metrics::Fleet& fleet, Log& log, Settings settings);

  /// Runs until stop().
  net::Task<void> run();
  void stop();

  /// Asks for a new inspection of a container whose sample contradicts what is known about it.
  void suspect(std::string id);

  /// The engine; null unless it is connected and the fleet complete. Valid until the next await.
  [[nodiscard]] const Engine* engine() const { return connected_ ? &engine_ : nullptr; }

 private:
  /// What the log last reported about the engine. A change writes a line.
  enum class State { unknown, connected, away, denied, wrong };

  net::Task<Error> session();
  net::Task<Result<void>> open_events();
  net::Task<void> read_events();
  net::Task<void> read_history();
  net::Task<void> follow();
  net::Task<Result<void>> relist(bool inspect_all);
  net::Task<void> inspect_pending();
  net::Task<void> inspect_worker();
  net::Task<void> inspect_one(std::string id);
  void take_events();
  void say_connected();
  void say_lost(const Error& error);

  Client& client_;
  metrics::Fleet& fleet_;
  Log& log_;
  Settings settings_;
  Backoff backoff_;
  net::Alarm wake_;
  Engine engine_;
  State state_ = State::unknown;
  bool connected_ = false;
  bool stopping_ = false;

  // Of the current session.
  std::optional<EventStream> stream_;  ///< absent: the engine refuses events and the list is polled
  std::optional<Error> ended_;
  std::deque<Event> events_;
  bool events_lost_ = false;
  std::set<std::string> pending_;  ///< ids to inspect
  std::deque<std::string> batch_;  ///< ids of the current batch that no worker has taken yet
  bool inspect_failing_ = false;
  CrowdedLabels crowded_;
  net::TimePoint relist_at_{};
  net::TimePoint retry_at_{};
  net::TimePoint full_look_at_{};
};

}  // namespace cspy::docker
