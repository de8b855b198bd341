// Keeps the fleet true: follows the engine's events, lists and inspects, and reconnects for as long as the program
// runs.
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
    std::chrono::milliseconds poll_interval;          ///< of lists, where events are refused
    std::function<double()> random;                   ///< in [0, 1), for the backoff
    std::function<void(const Engine&)> on_connected;  ///< called when the fleet is complete after each (re)connect
    Which which = Which::running;
    LabelRules rules = {};     ///< which labels containers have
    bool oom_history = false;  ///< whether to ask for the kills that happened before
    /// Adds to a running container what this machine knows of it besides the engine; may be empty.
    std::function<void(const Engine&, metrics::Container&)> add_local_facts = {};
  };

  /// All references outlive run().
  Watch(Client& client, metrics::Fleet& fleet, Log& log, Settings settings);

  /// Runs until stop().
  net::Task<void> run();
  void stop();

  /// Asks for another look at a container: its sample did not fit to what is known of it.
  void suspect(std::string id);

  /// The engine, while it is connected and the fleet complete.
  [[nodiscard]] const Engine* engine() const { return connected_ ? &engine_ : nullptr; }

 private:
  /// What the log last said of the engine; a line is written when it changes.
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
  std::optional<EventStream> stream_;  ///< none: events are refused, the list is polled
  std::optional<Error> ended_;
  std::deque<Event> events_;
  bool events_lost_ = false;
  std::set<std::string> pending_;  ///< to inspect
  std::deque<std::string> batch_;  ///< being inspected
  bool inspect_failing_ = false;
  CrowdedLabels crowded_;
  net::TimePoint relist_at_{};
  net::TimePoint retry_at_{};
  net::TimePoint full_look_at_{};
};

}  // namespace cspy::docker
