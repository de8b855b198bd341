// Asks the engine from time to time what is on its disk, and keeps the answers for the rounds.
//
// The engine may need minutes for an answer. So this has its own connections and deadline, and a round never waits for
// it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "base/log.hpp"
#include "docker/client.hpp"
#include "docker/sizes.hpp"
#include "net/context.hpp"

namespace cspy::docker {

/// When to ask the next question if the last was sent at `begun` and answered at `ended`: after the interval, but the
/// engine rests for at least as long as it worked. Pure.
[[nodiscard]] net::TimePoint next_question(net::TimePoint begun, net::TimePoint ended,
                                           std::chrono::milliseconds interval);

/// The state of one question: what its answers and failures mean for the kept answers and for the log. Pure.
class Standing {
 public:
  enum class Change : std::uint8_t { none, fails, answers_again, refused };

  Change answered();
  /// `refused`: the engine, or a proxy in front of it, does not allow the question. It is not asked again until
  /// begin_anew().
  Change failed(bool refused);
  /// The engine is connected again, maybe through a proxy that allows more.
  void begin_anew() { off_ = false; }

  [[nodiscard]] bool off() const { return off_; }
  /// Whether the last answer is too old to be shown.
  [[nodiscard]] bool outdated() const;

 private:
  int failures_ = 0;  ///< in a row
  bool off_ = false;
};

class DiskUsage {
 public:
  struct Settings {
    std::chrono::milliseconds interval;
    Which which = Which::running;
    std::function<const Engine*()> engine;  ///< while it is connected; otherwise null
  };

  /// The references must outlive run().
  DiskUsage(net::Context& context, Endpoint endpoint, Log& log, Settings settings);

  /// Runs until stop(). A pending request then ends with the context's deadlines.
  net::Task<void> run();
  void stop();
  /// The engine is connected, for the first time or again: asks it at once.
  void connected();

  [[nodiscard]] std::optional<Sizes> of(std::string_view id) const;
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  struct Words;
  static const Words list_words, usage_words;

  net::Task<void> ask();
  net::Task<std::optional<DiskReport>> ask_one(std::string target, DiskReportReader::Answer answer, Standing* standing,
                                               const Words* words);
  void hold_containers(const std::optional<DiskReport>& report, const Standing& standing);
  void hold_others(const std::optional<DiskReport>& report);
  void say(Standing::Change change, const Words& words, const std::string& error);

  Client client_;
  Log& log_;
  Settings settings_;
  net::Alarm wake_;
  bool stopping_ = false;
  bool at_once_ = false;
  Standing list_, usage_;
  std::map<std::string, Sizes, std::less<>> sizes_;
  Totals totals_;
};

}  // namespace cspy::docker
