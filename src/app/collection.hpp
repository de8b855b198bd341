// The reading of all containers, for the rounds and for scrapes.
//
// Invariants:
// - One reading at a time. Who asks while one is in progress shares it, so rounds and scrapes never compete for the
//   engine, and neither waits for a reading that begins after the one in progress.
// - A reading changes neither the fleet nor what was sent: Fleet::close_round() is its users' business.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "app/host_side.hpp"
#include "app/options.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "base/trouble.hpp"
#include "docker/client.hpp"
#include "docker/round_reader.hpp"
#include "docker/watch.hpp"
#include "metrics/fleet.hpp"
#include "net/single_flight.hpp"

namespace cspy::app {

/// What one reading of all containers gave.
struct Collected {
  std::vector<metrics::ReadingPtr> readings;  ///< in the order of ids
  UnixNanos time = 0;                         ///< when the containers were read
  bool complete = false;                      ///< the engine was connected, and every container was read
};

class Collection {
 public:
  /// All readings, and the containers of the last one.
  struct Counts {
    std::uint64_t readings = 0;
    std::chrono::nanoseconds time{}, last_time{};
    std::size_t known = 0, read = 0, failed = 0;
  };

  /// The references must outlive it.
  Collection(boost::asio::io_context& io, const Options& options, docker::Client& client, docker::Watch& watch,
             metrics::Fleet& fleet, HostSide& host, Log& log);

  /// Reads all containers by `deadlines`, or waits for the reading in progress until then. A shorter `time` lets more
  /// requests run at once. Null: the reading in progress has not ended by the deadline.
  net::Task<std::shared_ptr<const Collected>> read(docker::RoundReader::Deadlines deadlines,
                                                   std::chrono::milliseconds time);
  /// Brings the deadline of the reading in progress forward.
  void hurry(net::TimePoint deadline) { reader_.hurry(deadline); }
  /// The program stops, and with it the watch: from now on, the engine counts as reachable if it was so far.
  void stop();
  /// Whether the engine is connected.
  [[nodiscard]] bool engine_is_reachable() const;
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  net::Task<Collected> read_now(docker::RoundReader::Deadlines deadlines, std::chrono::milliseconds time);
  void say(const docker::RoundReader::Result& result);

  docker::Watch& watch_;
  metrics::Fleet& fleet_;
  HostSide& host_;
  Log& log_;
  docker::RoundReader reader_;
  net::SingleFlight<Collected> flight_;
  Counts counts_;
  bool stopping_ = false;
  bool reachable_at_stop_ = false;
  Trouble failing_{limits::trouble_free_rounds};
};

}  // namespace cspy::app
