// Keeps the fleet true: follows the engine's events, lists and inspects containers, and reconnects for as long as the
// program runs.
//
// A session begins when the engine has answered /_ping. In it, four coroutines run side by side, so that none of the
// engine's answers can hold up the others:
//
// - follow_events() opens the stream of events, applies each event as it arrives, and opens the stream again when it
//   ends. Without a stream it tries again later, and the list is polled.
// - keep_listing() lists the containers: at the start, when the stream has begun or ended, after lost events, and from
//   time to time.
// - inspect() inspects what events and lists have named, several containers at once.
// - ask_rest() reads the past OOM kills, and asks for what the engine did not tell at the start (/info).
//
// The session ends when neither the list nor /_ping is answered. A failure of anything else is logged once, and tried
// again.
//
// Invariants between two awaits:
//
// - known_ is set once the first list was read and all of its containers were inspected or failed. From then on the
//   fleet is what was last known, also between sessions, and known_engine() returns the engine.
// - connected_ is set while a session lives and the fleet is known: the engine can be asked. engine_ changes only while
//   it is not set, or in ask_rest(), which then inspects all containers again.
// - The list begins after the stream was opened or has failed, so the list and the stream together miss nothing. While
//   a list is in progress, touched_ collects the ids that events name: what the list says about them may be outdated,
//   so they are inspected.
// - Only the engine's own 404, a "destroy" or "die" event, an event that excludes it, an inspection, or a list removes
//   a container.
// - A container is in the fleet or in excluded_, not in both. Lists and events say which containers are excluded. If
//   they do not report enough, an inspection says it, once for each name.
// - An inspection whose container was named by an event meanwhile is outdated. Its answer is dropped (Inspections).
// - ended_ is set once a session, by end(), which wakes all four. Then all four end.
// - suspect() may be called in any state. A new session forgets what waited, but inspects every container anyway.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>

#include "base/backoff.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "docker/changes.hpp"
#include "docker/client.hpp"
#include "docker/container_filter.hpp"
#include "docker/engine.hpp"
#include "docker/excluded.hpp"
#include "docker/inspections.hpp"
#include "docker/label_count.hpp"
#include "docker/label_rules.hpp"
#include "docker/watch_log.hpp"
#include "metrics/fleet.hpp"
#include "net/context.hpp"

namespace cspy::docker {

class Watch {
 public:
  struct Settings {
    std::chrono::milliseconds poll_interval;          ///< between two lists, if there are no events
    std::function<double()> random;                   ///< in [0, 1), for the backoff
    std::function<void(const Engine&)> on_connected;  ///< called after each (re)connect, once the fleet is complete
    Which which = Which::running;
    LabelRules rules = {};  ///< select the labels of containers
    ContainerFilter filter = {};
    std::size_t extra_labels = 0;                                          ///< how many labels every series has besides
    net::Clock::duration reconcile_interval = limits::reconcile_interval;  ///< between lists beside the events
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
  void suspect(const std::string& id);

  /// The engine; null unless it can be asked now. Valid until the next await.
  [[nodiscard]] const Engine* engine() const { return connected_ ? &engine_ : nullptr; }
  /// The engine as it was last known, also while it is away; null until the fleet was complete for the first time.
  [[nodiscard]] const Engine* known_engine() const { return known_ ? &engine_ : nullptr; }
  /// Valid until the next await.
  [[nodiscard]] const Excluded& excluded() const { return excluded_; }

  /// Why the engine is not connected; nullopt while it is, and before the first attempt has ended.
  [[nodiscard]] const std::optional<Error>& last_error() const { return last_error_; }

  struct Counts {
    std::uint64_t events = 0;    ///< received and understood
    std::uint64_t unread = 0;    ///< events that could not be read
    std::uint64_t sessions = 0;  ///< connections that have become complete
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  net::Task<Error> session();
  net::Task<void> follow_events();
  net::Task<Error> read_events();
  void take_event(const Event& event);
  net::Task<void> keep_listing();
  net::Task<void> list_once();
  net::Task<void> inspect();
  net::Task<void> inspect_one(std::string id);
  void take_list(std::vector<Listed> listed, bool inspect_all);
  void take_inspection(const std::string& id, Result<Inspection> answer);
  net::Task<void> ask_rest();
  net::Task<void> read_history();

  [[nodiscard]] bool live() const { return !ended_ && !stopping_; }
  void end(Error error);
  void wake_all();
  void list_and_inspect_all(net::TimePoint at = {});
  void inspect_soon(const std::string& id);
  void become_complete();

  Client& client_;
  metrics::Fleet& fleet_;
  Log& log_;
  WatchLog say_;
  Settings settings_;
  Backoff backoff_;
  net::Alarm wake_;
  Engine engine_;
  bool known_ = false;
  bool connected_ = false;
  bool stopping_ = false;
  bool list_failing_ = false;
  bool inspect_failing_ = false;
  bool too_many_told_ = false;
  CrowdedLabels crowded_;
  Counts counts_;
  std::optional<Error> last_error_;
  Excluded excluded_;

  // Of the current session.
  std::optional<Error> ended_;
  std::optional<EventStream> stream_;
  bool stream_tried_ = false;
  bool complete_ = false;  ///< on_connected was called
  bool listed_ = false;    ///< at least once
  bool listing_ = false;
  bool inspect_all_ = false;  ///< with the next list
  Touched touched_;           ///< ids that events have named while a list is in progress
  net::TimePoint list_at_{};
  net::TimePoint last_list_{};
  net::TimePoint full_look_at_{};
  net::TimePoint stream_good_at_{};  ///< when the stream will have lived long enough to count
  net::TimePoint complete_at_{};     ///< the latest time to be complete: some inspections may hang
  Inspections inspections_;
  std::exception_ptr failure_;  ///< of an inspection
  net::Alarm events_wake_, list_wake_, inspect_wake_, rest_wake_;
};

}  // namespace cspy::docker
