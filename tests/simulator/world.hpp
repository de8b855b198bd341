// The simulated world: virtual time, names, addresses, and streams between the agent and its models.
//
// world.cpp defines system_now(), net::Clock, net::Timer, net::run_loop(), net::look_up() and net::dial(), so a program
// that links it has no other time and no other network. Everything above runs as it is shipped. A stream is a pair of
// connected sockets inside the process, so the HTTP code reads and writes as always. The time moves only when nobody
// can go on at the current moment: half an hour of silence takes as long as the work in it.
//
// Everything runs on one thread and draws from one generator, so a seed repeats itself exactly.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/dial.hpp"

namespace cspy::simulator {

class Timers;
using net::TimePoint;
using Duration = net::Clock::duration;

/// An invariant does not hold.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Thrown out of net::run_loop(): the agent is killed where it stands.
struct Killed : std::exception {};

/// What a connection to an address meets.
enum class Reach : std::uint8_t { accepts, refuses, is_absent, denies, is_silent };

class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// The only one. REQUIRES: it exists.
  static World& current();

  // Chance.
  std::mt19937_64 random;
  /// In [low, high].
  std::int64_t number(std::int64_t low, std::int64_t high);
  Duration duration(Duration low, Duration high) { return Duration{number(low.count(), high.count())}; }
  bool chance(double probability);
  template<class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(choices.size()) - 1))];
  }

  // Time.
  [[nodiscard]] TimePoint now() const { return now_; }
  /// Since the beginning of the world.
  [[nodiscard]] Duration age() const { return now_.time_since_epoch(); }
  [[nodiscard]] UnixNanos wall() const;
  /// The system's clock jumps.
  void step_wall(Duration by) { wall_offset_ += by; }
  /// Calls `action` when the world is `age` old; at once if that is over.
  void at(Duration age, std::function<void()> action);
  /// Runs the agent and the models until the agent's loop has ended.
  void drive(boost::asio::io_context& agent);
  /// Lets time pass while no agent runs.
  void pass(Duration time);
  /// Kills the agent after so many more steps of its loop.
  void kill_after(std::uint64_t steps) { steps_until_kill_ = steps; }

  /// Ends drive() with a violation that was seen inside a model, whose exceptions nobody else would see.
  void fail(const std::string& violation) { violation_ = violation; }

  // Network. Addresses as Endpoint writes them: "/engine.sock", "10.0.0.1:4318".
  using Accept = std::function<void(net::Socket)>;
  struct Place {
    Reach reach = Reach::accepts;
    Accept accept = {};
    Duration latency = std::chrono::microseconds{200};
  };
  std::map<std::string, Place> places;
  /// The addresses of a name; a name without an entry does not exist.
  std::map<std::string, std::vector<std::string>> names;
  /// Lookups get no answer.
  bool names_silent = false;

  /// The loop of the models.
  boost::asio::io_context& io() { return *io_; }

  /// Called with each line of the trace; empty: no trace.
  std::function<void(std::string_view)> trace;
  void say(std::string_view line) const;

 private:
  friend class net::Timer;
  friend class Timers;
  struct Wait;
  using Waits = std::multimap<TimePoint, std::shared_ptr<Wait>>;
  void fire_next();

  TimePoint now_{};
  Duration wall_offset_{};
  Waits waits_;
  std::multimap<TimePoint, std::function<void()>> actions_;
  std::uint64_t steps_until_kill_ = 0;
  std::optional<std::string> violation_;
  std::optional<boost::asio::io_context> io_{std::in_place, 1};
  std::optional<boost::asio::executor_work_guard<net::Executor>> stays_{io_->get_executor()};  ///< a lull is no end
};

}  // namespace cspy::simulator
