// What was true and what was delivered, and the invariants between the two.
//
// The truth comes from the scenario: which containers ran when, and when the agent could not have known. The deliveries
// come from the receiver's model. A violation is thrown where it is seen, with the time and the series.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/fakes/otlp_decode.hpp"
#include "tests/simulator/world.hpp"

namespace cspy::simulator {

/// How the receiver dealt with a request.
enum class Taken : std::uint8_t {
  accepted,  ///< and the agent can know it
  unclear,   ///< processed, but the answer may not have arrived
  refused,   ///< for good; the agent may count it as lost
};

class Ledger {
 public:
  explicit Ledger(World& world) : world_{world} {}

  // The truth.
  // What changes now may reach the agent later, if events, lists or inspections fail: at the age `noticed` at the
  // latest.
  /// A run of the container begins.
  void begins(const std::string& id, Duration noticed);
  /// Another name, another limit.
  void changes(const std::string& id, Duration noticed);
  void ends(const std::string& id, Duration noticed);
  /// Something fails until then: what is not noticed yet is noticed even later, and excused. An empty id means all
  /// containers.
  void delay(const std::string& id, Duration until);
  /// The longest time from a round's own time to its end.
  void set_round_time(Duration time) { round_time_ = time; }
  /// Until `until`, the agent cannot be expected to report the container; an empty id means all containers.
  void excuse(const std::string& id, Duration from, Duration until);
  /// The agent was killed, and what it had sent without an answer may come again. Or the clock has jumped before it
  /// started again: it does not know the times of its last rounds.
  void forget_order() { ++lives_; }
  /// Rounds may be dropped: points may be missing for good, and what ended in a dropped round ends again.
  void allow_gaps() { gaps_allowed_ = true; }
  /// The system's clock jumped: the times of points no longer tell when they were read.
  void clock_jumped() { clock_jumped_ = true; }
  [[nodiscard]] bool has_clock_jumped() const { return clock_jumped_; }

  // The deliveries.
  void deliver(const fakes::DecodedRequest& request, Taken how, const std::string& instance);

  /// At the end: every container that ran has points without a gap longer than `gap_max`, but where that is excused.
  void check_gaps(Duration gap_max, Duration until) const;

  [[nodiscard]] std::uint64_t points() const { return points_; }
  [[nodiscard]] std::uint64_t endings() const { return endings_; }

 private:
  struct Span {
    Duration from{}, until{};
  };
  struct Life {
    std::vector<Span> running;
    std::vector<Span> changes;  ///< starts, ends, names, limits: from when, and until when they may go unnoticed
    std::set<Duration> seen;    ///< times of its points
  };
  struct Series {
    std::uint64_t last_time = 0;   ///< of a point or an end
    std::uint64_t last_value = 0;  ///< of a point
    std::uint64_t start = 0;
    double value = 0;
    bool ended = false;
    Taken how = Taken::accepted;
    std::uint64_t life = 0;
  };

  void take(const fakes::DecodedMetric& metric, const fakes::Point& point, Taken how);
  void check_ending(const std::string& id, const Series& series, const fakes::Point& point,
                    const std::string& key) const;
  [[nodiscard]] bool excused(const std::string& id, Duration from, Duration until) const;
  [[nodiscard]] Duration age_of(std::uint64_t time) const;

  World& world_;
  std::map<std::string, Life> lives_of_;
  std::map<std::string, std::vector<Span>> excuses_;
  std::map<std::string, Series> series_;
  std::uint64_t lives_ = 0;
  std::uint64_t points_ = 0;
  std::uint64_t endings_ = 0;
  Duration round_time_{};
  bool gaps_allowed_ = false;
  bool clock_jumped_ = false;
};

}  // namespace cspy::simulator
