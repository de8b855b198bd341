// One simulated life of the agent: a fleet that changes, an engine, a receiver, and faults, all drawn from a seed.
//
// First comes chaos: containers come and go, and some faults happen, each for a while. Then everything is well again,
// long enough for the agent to catch up, and it is stopped. The ledger checks what arrived.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "tests/fakes/engine_model.hpp"
#include "tests/fakes/http_server.hpp"
#include "tests/simulator/ledger.hpp"
#include "tests/simulator/world.hpp"
#include "tests/support/http2_peer.hpp"

namespace cspy::simulator {

// Where the peers are.
inline const std::string engine_path{"/simulated/engine.sock"};
inline const std::string receiver_name{"receiver.test"};
inline const std::string receiver_address{"10.0.0.1:4318"};

/// A container's points go on so soon after a fault, besides two intervals: the engine is asked every 10 s at least,
/// and a round takes up to 3 s.
inline constexpr Duration recovery_max = std::chrono::seconds{13};
/// How long a change may go unnoticed while there are no events: the longest interval of the polling, and some more.
inline constexpr Duration poll_time = std::chrono::seconds{35};

/// The agent was stopped by a signal that did not come from the scenario: somebody wants to end the simulation.
struct Interrupted : std::exception {};

/// What happened in one or many scenarios.
struct Summary {
  std::map<std::string, std::uint64_t> faults;  ///< how often, by kind
  std::uint64_t requests = 0;
  std::uint64_t points = 0;
  std::uint64_t endings = 0;
  std::uint64_t agents = 0;  ///< starts of the agent
  Duration simulated{};

  void add(const Summary& other);
};

class Scenario {
 public:
  /// `trace` receives the log of the agent and the acts of the world; it may be empty.
  Scenario(std::uint64_t seed, std::function<void(std::string_view)> trace);
  ~Scenario();

  /// Throws Violation.
  void run();
  [[nodiscard]] Summary summary() const;

 private:
  friend struct FaultKinds;

  using Answer = fakes::HttpResponse;
  using Request = fakes::HttpRequest;
  /// Changes an answer, or leaves it as it is.
  using Spoil = std::function<void(const Request&, Answer&)>;

  void make_options();
  void make_fleet();
  void make_engine();
  void make_receiver();
  void plan_fleet();
  void plan_faults();

  // The fleet.
  void change_fleet();
  void start_new();
  [[nodiscard]] Duration noticed(const std::string& id) const;
  void begin_run(const std::string& id);

  // The agent.
  void run_agent();
  void stop_agent();
  void damage_queue();
  void take_log(std::string_view line);

  /// Spoils the answers to some requests for a while.
  void spoil(std::map<std::uint64_t, Spoil>& spoils, Duration from, Duration until, Spoil how);
  test::Http2Answer answer_call(const test::Http2Request& call);
  /// The answer to a request, as HTTP would give it. Gives the points to the ledger.
  Answer receive(const Request& request);
  void drop_engine();
  void fail_inspections(Duration until);
  void drop_receiver();
  void begin(const std::string& kind);

  World world_;
  Ledger ledger_{world_};
  Summary summary_;
  app::Options options_;
  std::string directory_;  ///< of the queue; empty: none
  fakes::EngineModel engine_{world_.io()};
  fakes::HttpServer receiver_;
  test::Http2Peer grpc_receiver_;
  bool grpc_ = false;
  std::vector<std::string> running_, stopped_;
  unsigned next_container_ = 1;
  std::map<std::uint64_t, Spoil> engine_spoils_, receiver_spoils_;
  std::uint64_t next_spoil_ = 1;

  Duration interval_{}, chaos_{}, end_{};
  std::chrono::milliseconds engine_delay_max_{};  ///< before an answer of the engine
  // What the engine keeps from the agent now, each until when.
  Duration inspections_fail_until_{}, events_fail_until_{}, lists_fail_until_{};
  std::map<std::string, Duration> stuck_until_;
  bool agent_runs_ = false;
  bool killed_ = false;           ///< the last agent
  bool accepted_before_ = false;  ///< by the receiver, and the agent of now knows
  bool over_ = false;
  std::optional<Duration> stop_asked_at_;
  Duration down_for_{};
  std::vector<Duration> sessions_, streams_, log_lines_;
};

}  // namespace cspy::simulator
